import type { Kysely } from 'kysely'

import type { Parameters } from '../programs/program.ts'
import type { Schema } from '../store/schema.ts'
import { trialsById } from '../store/trials.ts'
import type { Mean } from '../metrics/mean.ts'
import type { SweepPoints } from './points.ts'
import { storedParameters } from '../store/trial-parameters.ts'

/** A completed point, for people and programs. */
export interface PointReading {
  /** The first completed trial of it. */
  readonly trial: number
  readonly params: Parameters
  readonly parameter_count: number | null
  readonly flops: number | null
  /** By objective. */
  readonly values: Readonly<Record<string, Mean>>
}

/** The points at some places, in that order. */
export async function readPointsAt(
  db: Kysely<Schema>,
  points: SweepPoints,
  places: readonly number[],
): Promise<PointReading[]> {
  const ids = places.map((k) => points.trials[k] ?? 0)
  const trials = new Map((await trialsById(db, ids)).map((trial) => [trial.id, trial]))
  return places.flatMap((k) => {
    const trial = trials.get(points.trials[k] ?? 0)
    if (trial === undefined) return []
    const { id, params, parameter_count, flops } = trial
    const values = Object.fromEntries(points.objectives.map(({ name }, axis) => [name, meanAt(points, axis, k)]))
    return [{ trial: id, params: storedParameters({ id, params }), parameter_count, flops, values }]
  })
}

function meanAt({ means, errors, seeds }: SweepPoints, axis: number, k: number): Mean {
  const se = errors[axis]?.[k] ?? NaN
  return { mean: means[axis]?.[k] ?? NaN, se: Number.isNaN(se) ? null : se, n: seeds[k] ?? 0 }
}
