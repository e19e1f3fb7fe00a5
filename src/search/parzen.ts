import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

import { Arrangement, leafSize, type Block, type Leaf } from './arrangement.ts'
import { CategoryKernels } from './category-kernels.ts'
import type { History } from './history.ts'
import type { Kernels } from './kernels.ts'
import { LeafBounds } from './leaf-bounds.ts'
import { NumberKernels, type WidthRule } from './number-kernels.ts'
import { quickExp } from './quick-exp.ts'
import { roomFor } from './room.ts'
import { choiceAt } from './space.ts'

/** All that is left out of a sum is less than e to the power of this is, of the prior's share. */
const precision = -12

/** A point that a method thinks of, on the scale of the estimator. */
export interface Candidate {
  /** By parameter; NaN where it is not there. */
  readonly coordinates: Float64Array
  /** By parameter, from and to: the shares that give the same value; equal where each has its own. */
  readonly cells: Float64Array
}

/**
 * A density of points: a mixture of one product of kernels for each of some rows, and of the space's own distribution, the
 * prior (J. Bergstra et al., Algorithms for Hyper-Parameter Optimization, NeurIPS 2011; multivariate as in S. Falkner et al.,
 * BOHB, ICML 2018). What a row does not have, its kernel takes from the prior: so one estimator serves a conditional space,
 * whose rows have different parameters. All densities are relative to the prior's, which is 1.
 *
 * It may be fitted again and again, each time as if it were new: only its arrays are kept.
 */
export class Parzen {
  readonly #arrangement: Arrangement
  /** By parameter. */
  readonly #kernels: readonly Kernels[]
  /** By place, at most 1; behind them the prior's. */
  #weights: Float64Array = new Float64Array()
  /** Of all weights and the prior's, which is 1. */
  #total = 1
  /** The logarithm of the highest peak; of the prior it is 0. */
  #top = 0
  /** By place: how far its own peak is below that. */
  #bases: Float64Array = new Float64Array()
  /** A kernel that has lost more is left out. */
  #most = 0
  #blocks: BoundedBlock[] = []
  readonly #losses = new Float64Array(leafSize)

  constructor(history: History, rule: WidthRule) {
    this.#arrangement = new Arrangement(history)
    this.#kernels = history.space.parameters.map((parameter, d) =>
      parameter.kind === 'category'
        ? new CategoryKernels(d, parameter.probabilities)
        : new NumberKernels(d, parameter.distribution, rule),
    )
  }

  /** @param rows in order, each with its weight of at most 1; the prior's is 1 */
  fit(rows: readonly number[], weights: Float64Array): void {
    const size = rows.length
    this.#arrangement.fit(rows)
    for (const kernels of this.#kernels) kernels.fit(this.#arrangement)

    const { placeOf } = this.#arrangement
    this.#weights = roomFor(size + 1, this.#weights)
    this.#weights[size] = 1
    this.#total = 1
    for (let k = 0; k < size; k++) {
      const weight = weights[k] ?? 0
      this.#weights[placeOf[rows[k] ?? 0] ?? 0] = weight
      this.#total += weight
    }

    const bases = roomFor(size, this.#bases).fill(0, 0, size)
    for (const { peaks } of this.#kernels) {
      for (let k = 0; k < size; k++) bases[k] = (bases[k] ?? 0) - (peaks[k] ?? 0)
    }
    let least = 0
    for (let k = 0; k < size; k++) if ((bases[k] ?? 0) < least) least = bases[k] ?? 0
    for (let k = 0; k < size; k++) bases[k] = (bases[k] ?? 0) - least
    this.#bases = bases
    this.#top = -least
    this.#most = this.#top - precision + Math.log(size + 1)
    this.#blocks = this.#arrangement.blocks.map((block) => ({
      ...block,
      bounds: new LeafBounds(block.leaves, block.pivots, bases, this.#kernels),
      sums: new Map(),
    }))
  }

  /** Draws a kernel; what it returns draws coordinates of it, parameter by parameter. */
  sample(stream: RandomGenerator): (d: number) => number {
    const weights = this.#weights.subarray(0, this.#arrangement.size + 1)
    const place = choiceAt(weights, this.#total * uniformFloat64(stream))
    return (d) => {
      const share = uniformFloat64(stream)
      return this.#kernels[d]?.draw(place, share) ?? share
    }
  }

  /** The logarithm of the density, relative to the prior's; where that is above a limit, any number above it. */
  logDensity(candidate: Candidate, limit = Infinity): number {
    const { coordinates, cells } = candidate
    for (const [d, kernels] of this.#kernels.entries()) {
      kernels.compareWith(coordinates[d] ?? NaN, cells[2 * d] ?? 0, cells[2 * d + 1] ?? 0)
    }
    const enough = this.#total * Math.exp(limit - this.#top)
    let sum = Math.exp(-this.#top)
    for (const block of this.#blocks) {
      sum += this.#sumOf(block, candidate, enough - sum)
      if (sum > enough) break
    }
    return this.#top + Math.log(sum / this.#total)
  }

  /** Over a block's kernels; or over some, as soon as they are more than enough. */
  #sumOf(block: BoundedBlock, { coordinates, cells }: Candidate, enough: number): number {
    const key = this.#keyOf(block, coordinates, cells)
    const known = block.sums.get(key)
    if (known !== undefined) return known
    let sum = 0
    for (let k = 0; k < block.leaves.length; k++) {
      const leaf = block.leaves[k]
      if (leaf === undefined || block.bounds.leastLoss(k, coordinates) > this.#most) continue
      sum += this.#sumOfLeaf(leaf, block.parameters)
      if (sum > enough) return sum
    }
    if (key !== undefined) block.sums.set(key, sum)
    return sum
  }

  /** Candidates of one key have the same sum over a block; undefined where a continuous parameter is compared. */
  #keyOf({ parameters }: BoundedBlock, coordinates: Float64Array, cells: Float64Array): string | undefined {
    let key = ''
    for (const d of parameters) {
      const coordinate = coordinates[d] ?? NaN
      if (Number.isNaN(coordinate)) key += ' -'
      else if (this.#kernels[d]?.isTabled !== true) return undefined
      else key += ` ${(cells[2 * d + 1] ?? 0) > 0 ? cells[2 * d] : coordinate}`
    }
    return key
  }

  #sumOfLeaf({ first, end }: Leaf, parameters: readonly number[]): number {
    const [losses, bases, weights, most] = [this.#losses, this.#bases, this.#weights, this.#most]
    for (let k = first; k < end; k++) losses[k - first] = bases[k] ?? 0
    for (const d of parameters) this.#kernels[d]?.addLosses(losses, first, end)
    let sum = 0
    for (let k = first; k < end; k++) {
      const loss = losses[k - first] ?? 0
      if (loss < most) sum += (weights[k] ?? 0) * quickExp(loss)
    }
    return sum
  }
}

interface BoundedBlock extends Block {
  readonly bounds: LeafBounds
  /** Of candidates that came before, by their keys. */
  readonly sums: Map<string | undefined, number>
}
