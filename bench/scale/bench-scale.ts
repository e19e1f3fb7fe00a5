import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import pg from 'pg'

import { startPostgres } from '../../src/local-postgres/server.ts'
import { SwathError } from '../../src/errors.ts'
import { openStore } from '../../src/store/open.ts'
import { describeOwnMachine, writeResults } from '../machine.ts'
import { hostCost, type HostCost } from './host-cost.ts'
import { queueCost, type QueueCost } from './queue-cost.ts'
import { countStatements } from './statements.ts'
import { sizesPerTrial, trialCost, type TableSize, type TrialCost } from './trial-cost.ts'

/** What a trial, a queue and a host cost a PostgreSQL server: the numbers behind docs/scale.md. */
export async function benchScale({ quick }: { quick: boolean }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'swath-bench-'))
  const statements = countStatements()
  const local = await startPostgres(folder)
  const server = new pg.Client(local.superuserUrl.replace(/postgres$/, 'swath'))
  await server.connect()
  const store = await openStore(local.url, 'write')
  const queues = await store.openQueue?.()
  if (queues === undefined) throw new SwathError('store', 'this store has no queue that hosts share')
  const measured = { store, server, statements, queueOf: (sweepId: number) => queues.of(sweepId) }
  try {
    const trials: TrialCost[] = []
    const planned = { alone: quick ? 100 : 320, together: quick ? 320 : 3_200 }
    trials.push(await trialCost(measured, { together: 1, trials: planned.alone }))
    trials.push(await trialCost(measured, { together: 32, trials: planned.together }))
    await server.query('vacuum analyze')
    const sizes = await sizesPerTrial(server, planned.alone + planned.together)
    const queued: QueueCost[] = []
    for (const waiting of quick ? [1_000] : [1_000, 10_000, 100_000, 1_000_000]) {
      queued.push(await queueCost(measured, waiting))
    }
    const hosts: HostCost[] = []
    for (const count of quick ? [10] : [10, 100, 1_000]) hosts.push(await hostCost(measured, count))
    print({ trials, sizes, queued, hosts })
    const results = { date: new Date().toISOString(), machine: describeOwnMachine(), trials, sizes, queued, hosts }
    if (!quick) writeResults('scale', results)
  } finally {
    await queues.close()
    await store.close()
    await server.end()
    await local.stop()
    rmSync(folder, { recursive: true })
  }
}

function print(results: Readonly<Record<string, readonly (TrialCost | TableSize | QueueCost | HostCost)[]>>): void {
  for (const rows of Object.values(results)) {
    console.table(
      rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, rounded(value)]))),
    )
  }
}

function rounded(value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value
}
