import type { Kysely, Transaction } from 'kysely'

import { metricNamed, type SweepMetric } from '../metrics/catalogue.ts'
import { reducedValue } from '../metrics/reduction.ts'
import type { SweepQueue } from '../queue/shared-queue.ts'
import { enqueue } from './enqueue.ts'
import type { Schema, TrialRow } from './schema.ts'
import { insertTrials, type NewTrial } from './trials.ts'

/** What a search method may learn of a trial. */
export type ObservedRow = Pick<
  TrialRow,
  'id' | 'number' | 'params' | 'repeat' | 'state' | 'flops' | 'parameter_count'
> & {
  /** Each metric under its reduction. */
  readonly metrics: ReadonlyMap<string, number>
  /** The least and the greatest one. */
  readonly bounds: ReadonlyMap<string, Bounds>
  /** Epochs that it has reported. */
  readonly epochs: number
}

interface Bounds {
  readonly least: number
  readonly greatest: number
}

/** Trials that an id at a time may be asked for. */
const idsAtOnce = 1_000

/** Trials of a sweep above a number, and those with these ids, with some of their metrics. */
export async function observe(
  db: Kysely<Schema>,
  sweepId: number,
  {
    after,
    ids,
    metrics,
  }: { readonly after: number; readonly ids: readonly number[]; readonly metrics: readonly SweepMetric[] },
): Promise<ObservedRow[]> {
  const byName = new Map(metrics.map((metric) => [metric.name, metric]))
  const trials = db
    .selectFrom('trials')
    .select(['id', 'number', 'params', 'repeat', 'state', 'flops', 'parameter_count'])
    .where('sweep_id', '=', sweepId)
  const rows = await trials.where('number', '>', after).orderBy('number').execute()
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    rows.push(...(await trials.where('id', 'in', ids.slice(from, from + idsAtOnce)).execute()))
  }
  const found = new Map<number, { metrics: Map<string, number>; bounds: Map<string, Bounds> }>()
  const own = (id: number) => {
    const its = found.get(id) ?? { metrics: new Map<string, number>(), bounds: new Map<string, Bounds>() }
    found.set(id, its)
    return its
  }
  const epochs = new Map<number, number>()
  for (let from = 0; from < rows.length && metrics.length > 0; from += idsAtOnce) {
    const values = await db
      .selectFrom('final_metrics')
      .select(['trial_id', 'name', 'value', 'total', 'reports', 'epoch', 'least', 'greatest'])
      .where(
        'trial_id',
        'in',
        rows.slice(from, from + idsAtOnce).map(({ id }) => id),
      )
      .where('name', 'in', [...byName.keys()])
      .execute()
    for (const row of values) {
      const { trial_id, name, epoch, least, greatest } = row
      const { metrics, bounds } = own(trial_id)
      metrics.set(name, reducedValue(row, byName.get(name) ?? metricNamed([], name)))
      bounds.set(name, { least, greatest })
      epochs.set(trial_id, Math.max(epochs.get(trial_id) ?? 0, epoch))
    }
  }
  return rows.map((row) => ({
    ...row,
    ...own(row.id),
    epochs: epochs.get(row.id) ?? 0,
  }))
}

/**
 * Adds trials behind the last one. Resolves to their ids; to undefined if somebody else has planned meanwhile.
 *
 * @param after the number of the last trial that is known
 */
export async function addPlanned(
  db: Kysely<Schema>,
  sweepId: number,
  trials: readonly NewTrial[],
  {
    after,
    queue,
    besides = () => Promise.resolve(),
  }: {
    readonly after: number
    readonly queue?: SweepQueue | undefined
    /** What is written in the same transaction. */
    readonly besides?: (transaction: Transaction<Schema>) => Promise<void>
  },
): Promise<number[] | undefined> {
  return db.transaction().execute(async (transaction) => {
    const { last } = await transaction
      .selectFrom('trials')
      .select((all) => all.fn.max<number | null>('number').as('last'))
      .where('sweep_id', '=', sweepId)
      .executeTakeFirstOrThrow()
    if ((last ?? 0) !== after) return undefined
    await besides(transaction)
    await insertTrials(transaction, sweepId, trials)
    const rows = await transaction
      .selectFrom('trials')
      .select('id')
      .where('sweep_id', '=', sweepId)
      .where('number', '>', after)
      .orderBy('number')
      .execute()
    const ids = rows.map(({ id }) => id)
    if (queue !== undefined) await enqueue(transaction, queue, sweepId, { ids })
    return ids
  })
}
