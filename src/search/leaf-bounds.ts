import type { Leaf } from './arrangement.ts'
import type { Kernels } from './kernels.ts'
import { NumberKernels } from './number-kernels.ts'

/** The highest peak in each of a block's leaves, and how far its kernels reach in the parameters in which it is narrow. */
export class LeafBounds {
  /** By leaf: how far its highest peak is below the highest of all. */
  readonly #bases: Float64Array
  readonly #reaches: readonly Reach[]

  /** @param bases by place: how far a kernel's peak is below the highest */
  constructor(leaves: readonly Leaf[], pivots: readonly number[], bases: Float64Array, kernels: readonly Kernels[]) {
    this.#bases = new Float64Array(leaves.length)
    for (let leaf = 0; leaf < leaves.length; leaf++) {
      const { first = 0, end = 0 } = leaves[leaf] ?? {}
      let least = Infinity
      for (let k = first; k < end; k++) if ((bases[k] ?? 0) < least) least = bases[k] ?? 0
      this.#bases[leaf] = least
    }
    this.#reaches = pivots.flatMap((d) => {
      const its = kernels[d]
      return its instanceof NumberKernels ? [new Reach(d, leaves, its)] : []
    })
  }

  /** None of a leaf's kernels has lost less of the highest peak. */
  leastLoss(leaf: number, coordinates: Float64Array): number {
    let loss = this.#bases[leaf] ?? 0
    for (const reach of this.#reaches) loss += reach.leastLoss(leaf, coordinates)
    return loss
  }
}

/** Of one parameter, by leaf: the least mean, the greatest, and the least inverse of a width. */
class Reach {
  readonly #d: number
  readonly #lows: Float64Array
  readonly #highs: Float64Array
  readonly #inverses: Float64Array

  constructor(d: number, leaves: readonly Leaf[], { means, inverses }: NumberKernels) {
    this.#d = d
    this.#lows = new Float64Array(leaves.length)
    this.#highs = new Float64Array(leaves.length)
    this.#inverses = new Float64Array(leaves.length)
    for (let leaf = 0; leaf < leaves.length; leaf++) {
      const { first = 0, end = 0 } = leaves[leaf] ?? {}
      let [low, high, least] = [Infinity, -Infinity, Infinity]
      for (let k = first; k < end; k++) {
        const [mean, inverse] = [means[k] ?? 0, inverses[k] ?? 0]
        if (mean < low) low = mean
        if (mean > high) high = mean
        if (inverse < least) least = inverse
      }
      this.#lows[leaf] = low
      this.#highs[leaf] = high
      this.#inverses[leaf] = least
    }
  }

  leastLoss(leaf: number, coordinates: Float64Array): number {
    const x = coordinates[this.#d] ?? NaN
    const [below, above] = [(this.#lows[leaf] ?? 0) - x, x - (this.#highs[leaf] ?? 0)]
    // Neither is above 0 of a candidate that lacks the parameter.
    const gap = (below > 0 ? below : above > 0 ? above : 0) * (this.#inverses[leaf] ?? 0)
    return 0.5 * gap * gap
  }
}
