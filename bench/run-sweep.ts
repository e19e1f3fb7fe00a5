import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../src/store/open.ts'
import type { QueryResult } from '../src/store/store.ts'
import { runProcess } from './run-process.ts'

const cli = join(import.meta.dirname, '..', 'bin', 'swath.js')

/** `swath run` with a store of its own, as a user types it, and what a query finds there afterwards. */
export async function runSweep(
  file: string,
  settings: readonly string[],
  query: string,
): Promise<{ seconds: number; rows: QueryResult['rows'] }> {
  const folder = mkdtempSync(join(tmpdir(), 'swath-bench-'))
  try {
    const location = `sqlite:${join(folder, 'swath.db')}`
    const set = settings.flatMap((setting) => ['--set', setting])
    const { seconds } = await runProcess([process.execPath, cli, 'run', file, '--store', location, ...set])
    const store = await openStore(location, 'read')
    const { rows } = await store.query(query)
    await store.close()
    return { seconds, rows }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
