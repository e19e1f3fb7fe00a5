import type { Kysely } from 'kysely'

import type { Schema } from '../store/schema.ts'
import type { SweepMetric } from '../metrics/catalogue.ts'
import { seedsOfPoint } from '../store/completed-rows.ts'
import { costsOf, eligiblePoints, type SweepPoints } from './points.ts'
import { pairedTest, welchTest, type Difference } from './significance.ts'

/** The places of the best points by the first objective, the best first; of equal ones the first in the plan. */
export function bestPoints(points: SweepPoints, count: number): number[] {
  const best: { readonly k: number; readonly cost: number }[] = []
  for (const k of eligiblePoints(points)) {
    const [cost = NaN] = costsOf(points, k)
    const place = best.findIndex((other) => cost < other.cost)
    best.splice(place < 0 ? best.length : place, 0, { k, cost })
    if (best.length > count) best.pop()
  }
  return best.map(({ k }) => k)
}

/** A trial's value under its seed. */
export type SeedValue = readonly [seed: number, value: number]

export async function seedValues(db: Kysely<Schema>, trialId: number, objective: SweepMetric): Promise<SeedValue[]> {
  const rows = await seedsOfPoint(db, trialId, [objective])
  return rows.flatMap((row): SeedValue[] => {
    const [value = null] = row.values
    return value === null ? [] : [[row.seed, value]]
  })
}

/**
 * Whether two points differ by more than their seeds do. Where trials of both had the same seeds these are pairs; points of
 * one sweep have seeds of their own, which are not: then the groups are compared. Undefined with fewer than two of each.
 */
export function differenceOfSeeds(a: readonly SeedValue[], b: readonly SeedValue[]): Difference | undefined {
  const other = new Map(b)
  const pairs = a.flatMap(([seed, value]): (readonly [number, number])[] => {
    const its = other.get(seed)
    return its === undefined ? [] : [[value, its]]
  })
  if (pairs.length >= 2) return pairedTest(pairs)
  return welchTest(
    a.map(([, value]) => value),
    b.map(([, value]) => value),
  )
}
