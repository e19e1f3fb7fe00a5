import type { Kysely } from 'kysely'

import type { ReadObjective } from '../stopping/rule.ts'
import type { Schema, SweepRow } from '../store/schema.ts'
import { progressOf } from '../store/sweeps.ts'
import { storedDefinition } from '../sweep/stored.ts'
import { adviceOn, type Advice } from './advice.ts'
import { bestPoints, differenceOfSeeds, seedValues } from './best.ts'
import { frontOf, type FrontMoment } from './front.ts'
import { importancesOf, type Importances } from './importance.ts'
import { readPointsAt, type PointReading } from './point-reading.ts'
import { isNoneFeasible, readPoints } from './points.ts'
import type { Difference } from './significance.ts'

/** What the completed trials of a sweep say. */
export interface Analysis {
  readonly objectives: readonly ReadObjective[]
  /** Seeds that each point is to be trained with. */
  readonly repeat: number
  /** Completed points, and completed trials that lack an objective. */
  readonly points: number
  readonly withoutObjective: number
  /** True if every point violates a constraint: then all are eligible. */
  readonly noneFeasible: boolean
  /** By the first objective; of several objectives see the front. */
  readonly best: PointReading | null
  readonly second: PointReading | null
  /** Of the best from the second, with several seeds each. */
  readonly difference: Difference | null
  /** Of several objectives. */
  readonly front: FrontReading | null
  readonly importances: readonly Importances[]
  readonly advice: readonly Advice[]
}

export interface FrontReading {
  /** Best by the first objective first. */
  readonly points: readonly PointReading[]
  readonly hypervolume: number
  /** By objective: the worst among the completed points, up to which it is measured. */
  readonly reference: Readonly<Record<string, number>>
  readonly history: readonly FrontMoment[]
}

export async function analyseSweep(
  db: Kysely<Schema>,
  sweep: Pick<SweepRow, 'id' | 'name' | 'method' | 'definition' | 'settings'>,
): Promise<Analysis> {
  const { repeat } = storedDefinition(sweep)
  const points = await readPoints(db, sweep)
  const objectives = points.objectives.map(({ name, goal, reduction }) => ({ name, goal, reduction }))
  const [first] = points.objectives
  const counts = {
    ...{ objectives, repeat, points: points.size, withoutObjective: points.withoutObjective },
    noneFeasible: isNoneFeasible(points),
  }
  if (first === undefined || points.size === 0) {
    return { ...counts, best: null, second: null, difference: null, front: null, importances: [], advice: [] }
  }
  const [best, second] = bestPoints(points, 2)
  const importances = importancesOf(points)
  const front = frontOf(points)
  const seedsOf = (k: number) => seedValues(db, points.trials[k] ?? 0, first)
  const isRepeated = repeat > 1 && objectives.length === 1 && best !== undefined && second !== undefined
  const difference = isRepeated ? differenceOfSeeds(await seedsOf(best), await seedsOf(second)) : undefined
  const [bestReading = null, secondReading = null] = await readPointsAt(
    ...([db, points, [best, second].filter((k) => k !== undefined)] as const),
  )
  return {
    ...counts,
    ...{ best: bestReading, second: secondReading, difference: difference ?? null, importances },
    front:
      objectives.length < 2 || front === undefined
        ? null
        : {
            ...{ hypervolume: front.hypervolume, history: front.history },
            points: await readPointsAt(db, points, front.points),
            reference: Object.fromEntries(objectives.map(({ name }, k) => [name, front.reference[k] ?? NaN])),
          },
    advice: adviceOn({
      ...{ sweep, points, importances, difference, repeat, progress: await progressOf(db, sweep.id) },
      history: front?.history ?? [],
    }),
  }
}
