import type pg from 'pg'

import { applyChanges } from '../../src/store/changes.ts'
import type { SweepQueue } from '../../src/queue/shared-queue.ts'
import { enqueue } from '../../src/store/enqueue.ts'
import type { Store } from '../../src/store/store.ts'
import { trialPages } from '../../src/store/trials.ts'
import { lifeOf, plan } from './trials.ts'

export interface TrialCost {
  /** Trials of a host that report at the same moment. */
  readonly together: number
  readonly statements: number
  readonly transactions: number
  readonly walBytes: number
  readonly ms: number
}

/** What it costs a store to keep a trial, from its plan to its end, where so many of a host move in step. */
export async function trialCost(
  { store, queueOf, server, statements }: Measured,
  { together, trials }: { readonly together: number; readonly trials: number },
): Promise<TrialCost> {
  const sweep = await plan(store, trials, `trials-${together}`)
  const queue = await queueOf(sweep.id)
  await store.db.transaction().execute((transaction) => enqueue(transaction, queue, sweep.id))
  const ids: number[] = []
  for await (const page of trialPages(store.db, sweep.id)) ids.push(...page.map(({ id }) => id))

  const walBefore = await walPosition(server)
  const statementsBefore = statements()
  const started = performance.now()
  let transactions = 0
  for (let from = 0; from < ids.length; from += together) {
    const jobs = await queue.take(together, { alone: false })
    const at = store.now().toISOString()
    const lives = jobs.map(({ trialId, job }) => lifeOf({ trialId, job, at, host: 'node-7', pid: 1234 }))
    for (;;) {
      const changes = lives.flatMap((life) => {
        const { value } = life.next()
        return value === undefined ? [] : [value]
      })
      if (changes.length === 0) break
      await applyChanges(store.db, changes, { shared: { sweepId: sweep.id, queue } })
      transactions++
    }
  }
  return {
    together,
    statements: (statements() - statementsBefore) / trials,
    transactions: transactions / trials,
    walBytes: ((await walPosition(server)) - walBefore) / trials,
    ms: (performance.now() - started) / trials,
  }
}

export interface Measured {
  readonly store: Store
  readonly queueOf: (sweepId: number) => Promise<SweepQueue>
  /** As the superuser. */
  readonly server: pg.Client
  readonly statements: () => number
}

export async function walPosition(server: pg.Client): Promise<number> {
  const { rows } = await server.query<{ bytes: string }>("select pg_current_wal_insert_lsn() - '0/0' as bytes")
  return Number(rows[0]?.bytes)
}

export interface TableSize {
  readonly table: string
  readonly tableBytes: number
  readonly indexBytes: number
}

/** Bytes of each table and of its indexes for each trial. */
export async function sizesPerTrial(server: pg.Client, trials: number): Promise<TableSize[]> {
  const { rows } = await server.query<{ table: string; heap: string; indexes: string }>(`
    select relname as table, pg_table_size(oid) as heap, pg_indexes_size(oid) as indexes
    from pg_class where relnamespace = 'swath'::regnamespace and relkind = 'r' order by 2 desc`)
  return rows
    .map(({ table, heap, indexes }) => ({
      ...{ table, tableBytes: Number(heap) / trials, indexBytes: Number(indexes) / trials },
    }))
    .filter(({ tableBytes, indexBytes }) => tableBytes + indexBytes > 1)
}
