import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withStore } from '../src/store/open.ts'
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
    const { rows } = await withStore(location, 'read', (store) => store.query(query))
    return { seconds, rows }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
