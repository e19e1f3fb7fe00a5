import type { Kysely } from 'kysely'

import type { SweepMetric } from '../metrics/catalogue.ts'
import type { Parameters } from '../programs/program.ts'
import { observe, type ObservedRow } from './observations.ts'
import type { Schema, SweepRow } from './schema.ts'
import { readableParameters } from './trial-parameters.ts'

/** Rows of a statement. */
const rowsPerInsert = 1_000

/** What a sweep knows of a trial that was another's. */
type Known = Pick<ObservedRow, 'flops' | 'parameter_count'> & { readonly metrics: Readonly<Record<string, number>> }

/** How many completed trials sweeps have, and how many of those were of use. */
export interface Copied {
  readonly of: number
  readonly copied: number
}

/**
 * Copies what a search may learn from the completed trials of other sweeps, as they are now: what becomes of those sweeps
 * does not change its points.
 * @param isOfUse of a trial's parameters, with the names of the metrics that it has
 */
export async function copyPriorTrials(
  db: Kysely<Schema>,
  sweepId: number,
  { sources, metrics }: { readonly sources: readonly Pick<SweepRow, 'id'>[]; readonly metrics: readonly SweepMetric[] },
  isOfUse: (params: Parameters, known: Known) => boolean,
): Promise<Copied> {
  let of = 0
  const rows: Schema['prior_trials'][] = []
  for (const { id } of sources) {
    const all = await observe(db, id, { after: 0, ids: [], metrics })
    for (const { id: source_id, state, params, flops, parameter_count, metrics: reported } of all) {
      if (state !== 'completed') continue
      of++
      const known: Known = { flops, parameter_count, metrics: Object.fromEntries(reported) }
      if (!isOfUse(readableParameters({ params }), known)) continue
      rows.push({ sweep_id: sweepId, place: rows.length + 1, source_id, params, known: JSON.stringify(known) })
    }
  }
  for (let from = 0; from < rows.length; from += rowsPerInsert) {
    await db
      .insertInto('prior_trials')
      .values(rows.slice(from, from + rowsPerInsert))
      .execute()
  }
  return { of, copied: rows.length }
}

/** The trials of others that a sweep began with, in their order: numbered up to 0, before its own. */
export async function priorTrials(db: Kysely<Schema>, sweepId: number): Promise<ObservedRow[]> {
  const rows = await db
    .selectFrom('prior_trials')
    .selectAll()
    .where('sweep_id', '=', sweepId)
    .orderBy('place')
    .execute()
  return rows.map(({ place, source_id, params, known: json }) => {
    const { metrics, ...known } = JSON.parse(json) as Known
    return {
      ...{ id: source_id, number: place - rows.length, params, repeat: 0, state: 'completed', ...known, epochs: 0 },
      ...{ metrics: new Map(Object.entries(metrics)), bounds: new Map() },
    }
  })
}
