import type { Kysely } from 'kysely'

import type { SweepMetric } from '../metrics/catalogue.ts'
import { SwathError } from '../errors.ts'
import { hypervolume } from '../search/hypervolume.ts'
import { defaultReduction } from '../metrics/reduction.ts'
import type { ReadObjective } from '../stopping/rule.ts'
import { effortOf } from '../store/effort.ts'
import type { Schema, SweepRow } from '../store/schema.ts'
import { sharedPoints, type SharedPoint } from '../store/shared-points.ts'
import { progressOf } from '../store/sweeps.ts'
import { bestPoints, differenceOfSeeds, seedValues } from './best.ts'
import { worstOf } from './front.ts'
import { readPointsAt, type PointReading } from './point-reading.ts'
import { costsOf, eligiblePoints, readPoints, type SweepPoints } from './points.ts'
import { pairedTest, rankTest, type Difference } from './significance.ts'

/** Two sweeps side by side. */
export interface SweepComparison {
  readonly objectives: readonly ReadObjective[]
  readonly sweeps: readonly [ComparedSweep, ComparedSweep]
  /** By objective: the worst that a completed point of either has, up to which both hypervolumes are measured. */
  readonly reference: Readonly<Record<string, number>>
  /** Points that both have completed. */
  readonly shared: number
  /** By objective. */
  readonly differences: readonly ComparedObjective[]
  /** Of one objective, where each best point has several seeds: of the first sweep's from the second's. */
  readonly betweenBest: Difference | null
}

export interface ComparedSweep {
  readonly name: string
  readonly method: string
  readonly trials: number
  readonly completed: number
  readonly stopped: number
  readonly failed: number
  /** Completed points; with one seed each as many as trials. */
  readonly points: number
  /** Of all attempts. */
  readonly hours: number
  readonly flop_epochs: number | null
  /** By the first objective. */
  readonly best: PointReading
  /** Of several objectives. */
  readonly hypervolume: number | null
}

interface ComparedObjective {
  readonly objective: string
  /** Of the first sweep from the second; null where there is too little to tell. */
  readonly difference: Difference | null
}

/** @throws SwathError('usage') if they are not for the same, or one has completed nothing yet */
export async function compareSweeps(
  db: Kysely<Schema>,
  sweeps: readonly [SweepRow, SweepRow],
): Promise<SweepComparison> {
  const [a, b] = sweeps
  const points = [await readPoints(db, a), await readPoints(db, b)] as const
  const { objectives } = points[0]
  refuseOthers(sweeps, objectives, points[1].objectives)
  for (const [k, { size }] of points.entries()) if (size === 0) throw nothingCompleted(sweeps[k]?.name ?? '')

  const worst = worstOf(points.flatMap((each) => eligiblePoints(each).map((k) => costsOf(each, k))))
  const shared = await sharedPoints(db, [a.id, b.id], objectives)
  const [first] = objectives
  const isRanked = objectives.length === 1 && first !== undefined
  return {
    objectives: objectives.map(({ name, goal, reduction }) => ({ name, goal, reduction })),
    sweeps: [await compared(db, a, points[0], worst), await compared(db, b, points[1], worst)],
    reference: Object.fromEntries(
      objectives.map(({ name, goal }, axis) => [name, (goal === 'maximize' ? -1 : 1) * (worst[axis] ?? NaN)]),
    ),
    shared: shared.length,
    differences: objectives.map(({ name }, axis) => ({
      ...{ objective: name, difference: differenceIn(axis, points, shared) ?? null },
    })),
    betweenBest: isRanked ? ((await differenceOfBest(db, points, first)) ?? null) : null,
  }
}

async function compared(
  db: Kysely<Schema>,
  sweep: SweepRow,
  points: SweepPoints,
  worst: readonly number[],
): Promise<ComparedSweep> {
  const { trials, completed, stopped, failed } = await progressOf(db, sweep.id)
  const { seconds, flopEpochs } = await effortOf(db, sweep.id)
  const [best] = await readPointsAt(db, points, bestPoints(points, 1))
  if (best === undefined) throw nothingCompleted(sweep.name)
  const costs = eligiblePoints(points).map((k) => costsOf(points, k))
  return {
    ...{ name: sweep.name, method: sweep.method, trials, completed, stopped, failed, points: points.size },
    ...{ hours: seconds / 3_600, flop_epochs: flopEpochs, best },
    hypervolume: points.objectives.length > 1 ? hypervolume(costs, worst) : null,
  }
}

/** Pairs where most of their points are the same ones, else the ranks of all. */
function differenceIn(
  axis: number,
  [a, b]: readonly [SweepPoints, SweepPoints],
  shared: readonly SharedPoint[],
): Difference | undefined {
  const pairs = shared.flatMap(({ values }): (readonly [number, number])[] => {
    const [one = null, two = null] = values[axis] ?? []
    return one === null || two === null ? [] : [[one, two]]
  })
  if (pairs.length >= 2 && 2 * pairs.length >= Math.max(a.size, b.size)) return pairedTest(pairs)
  return rankTest(a.means[axis] ?? [], b.means[axis] ?? [])
}

async function differenceOfBest(
  db: Kysely<Schema>,
  points: readonly [SweepPoints, SweepPoints],
  objective: SweepMetric,
): Promise<Difference | undefined> {
  const [a = [], b = []] = await Promise.all(
    points.map((each) => seedValues(db, each.trials[bestPoints(each, 1)[0] ?? -1] ?? 0, objective)),
  )
  return differenceOfSeeds(a, b)
}

function refuseOthers(
  [a, b]: readonly [SweepRow, SweepRow],
  objectives: readonly ReadObjective[],
  others: readonly ReadObjective[],
): void {
  const words = (all: readonly ReadObjective[]) =>
    all
      .map(
        ({ name, goal, reduction }) =>
          `${goal} ${name}${reduction === undefined || reduction === defaultReduction(name) ? '' : ` (${reduction})`}`,
      )
      .join(', ') || 'nothing that it names or that is reported'
  if (words(objectives) !== words(others)) {
    const message = `${a.name} and ${b.name} are not for the same: ${words(objectives)}; ${words(others)}`
    throw new SwathError('usage', message, { hint: 'two sweeps compare by what both of them look for' })
  }
  if (objectives.length > 0) return
  throw new SwathError('usage', `nobody knows what ${a.name} and ${b.name} are for`, {
    hint: 'say `metric: { name, goal }` in their files',
  })
}

function nothingCompleted(name: string): SwathError {
  return new SwathError('usage', `${name} has completed no trial yet that reports what it is for`, {
    hint: `\`swath show ${name}\` says how far it is`,
  })
}
