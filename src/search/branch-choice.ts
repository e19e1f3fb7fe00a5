import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

import { leafWith, leavesOf, type Branch } from './branches.ts'
import type { History } from './history.ts'
import { choiceAt } from './space.ts'
import type { Split } from './split.ts'

/** How far below its best value a branch may still come, in distances of that value from the quantile. */
const optimism = 3
const quantile = 1 / 3
/** The quantile of fewer values is that of so many. */
const fewestValues = 3
/** Every branch gets this many times the cube root of the trials that the space's own distribution would give it … */
const floorFactor = 4
/** … but no more than this share of them, so that a search does not begin with the floor alone. */
const floorShare = 0.7

/** A leaf of the tree of branches, and the trials in it. */
export interface Arm {
  readonly branch: Branch
  readonly rows: number[]
}

/**
 * Returns the leaves of a tree of branches, the one to search next first. Density ratios of different dimension do not
 * compare: with more parameters there is more empty space, and the ratio is larger. So branches are compared by what their
 * trials came to.
 */
export function armsInOrder(history: History, tree: Branch, split: Split, stream: RandomGenerator): Arm[] {
  const arms = leavesOf(tree).map((branch): Arm => ({ branch, rows: [] }))
  const armOfShape = history.shapes.map((parameters) => {
    const leaf = leafWith(tree, parameters)
    return arms.find(({ branch }) => branch === leaf)
  })
  for (let row = 0; row < history.size; row++) armOfShape[history.shapeOf.at(row)]?.rows.push(row)
  return history.objectives === 1 ? byPromise(history, arms) : byChance(split, stream, arms)
}

/**
 * First branches below their floor. Then by the least value that a branch may come to: its best one, less a multiple of how far
 * its better values are apart. A branch whose own search has settled promises no more than it has; so a deep branch, which
 * settles late, is given up late.
 */
function byPromise(history: History, arms: readonly Arm[]): Arm[] {
  const rated = arms.map((arm) => {
    const expected = history.size * arm.branch.probability
    const floor = Math.min(floorFactor * Math.cbrt(expected), floorShare * expected)
    return { arm, missing: Math.max(0, floor - arm.rows.length), bound: boundOf(history, arm.rows) }
  })
  const difference = (a: number, b: number) => (a === b ? 0 : a - b)
  rated.sort((a, b) => b.missing - a.missing || difference(a.bound, b.bound) || a.arm.rows.length - b.arm.rows.length)
  return rated.map(({ arm }) => arm)
}

/** Trials that fail, are stopped, break a constraint or still run make a branch promise less; infinite without any value. */
function boundOf({ outcomes, values, violations }: History, rows: readonly number[]): number {
  const sorted = new Float64Array(rows.length)
  let count = 0
  for (const row of rows) {
    if (outcomes[row] === 'completed' && !(violations.at(row) > 0)) sorted[count++] = values[0]?.at(row) ?? NaN
  }
  if (count === 0) return Infinity
  sorted.subarray(0, count).sort()
  const place = Math.max(Math.ceil(quantile * count), fewestValues) - 1
  const [best = NaN, other = NaN] = [sorted[0], sorted[Math.min(place, count - 1)]]
  return best - (optimism * (other - best) * count) / rows.length
}

/** One branch by chance, as its share of the good trials and of the space is; then the others by that share. */
function byChance({ good, weights }: Split, stream: RandomGenerator, arms: readonly Arm[]): Arm[] {
  const weightOf = new Map(good.map((row, k) => [row, weights[k] ?? 0]))
  const shares = arms.map(({ branch, rows }) =>
    rows.reduce((sum, row) => sum + (weightOf.get(row) ?? 0), branch.probability),
  )
  const total = shares.reduce((sum, share) => sum + share, 0)
  const drawn = choiceAt(shares, total * uniformFloat64(stream))
  const rank = (k: number) => (k === drawn ? Infinity : (shares[k] ?? 0))
  return [...arms.keys()].sort((a, b) => rank(b) - rank(a)).flatMap((k) => arms[k] ?? [])
}
