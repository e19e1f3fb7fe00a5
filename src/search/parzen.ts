import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

import type { History } from './history.ts'
import { quickNormalCdf } from './normal-table.ts'
import { roughNormalQuantile } from './normal.ts'
import { choiceAt, type NumberParameter, type SearchParameter } from './space.ts'

const logRootOfTau = Math.log(Math.sqrt(2 * Math.PI))
/** A kernel this much (in logarithms) below the prior's share adds less than rounding does. */
const negligible = 30
/** In a cell narrower than this the density hardly changes: it stands for the mass. */
const narrowCell = 5e-4

/** So many widths from 0 or 1 nothing of a kernel is cut off. */
const farFromEnd = 8
/** How a candidate is compared with kernels in a parameter. */
const [absent, continuous, tabled] = [0, 1, 2]

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
 * BOHB, ICML 2018). A number's kernel is a normal one cut off at 0 and 1, as wide as its farther neighbour is away. What a
 * row does not have, its kernel takes from the prior: so one estimator serves a conditional space, whose rows have different
 * parameters. All densities are relative to the prior's, which is 1.
 */
export class Parzen {
  readonly #parameters: readonly SearchParameter[]
  readonly #size: number
  readonly #means: Float64Array
  /** 1 / width; 0 where the row lacks the parameter. */
  readonly #inverses: Float64Array
  /** By row and parameter: the logarithm of the kernel's greatest density. */
  readonly #peaks: Float64Array
  /** By row: that of the weight, and of all its peaks. */
  readonly #tops: Float64Array
  readonly #weights: Float64Array
  readonly #logPrior: number
  /** By parameter: the logarithm of the density where a category is another one. */
  readonly #mismatches: Float64Array
  readonly #shapesOf: Shape[][]
  /** By row and parameter: which shape. */
  readonly #shapes: Int32Array
  /** By parameter, of the candidate at hand: how it is compared with kernels. */
  readonly #kinds: Uint8Array

  /** @param rows in order, each with its weight; the prior's is 1 */
  constructor(history: History, rows: readonly number[], weights: ArrayLike<number>) {
    const { parameters } = history.space
    const [size, count] = [rows.length, parameters.length]
    this.#parameters = parameters
    this.#size = size
    this.#means = new Float64Array(size * count)
    this.#inverses = new Float64Array(size * count)
    this.#peaks = new Float64Array(size * count)
    this.#mismatches = new Float64Array(count)
    this.#shapes = new Int32Array(size * count)
    this.#shapesOf = parameters.map(() => [])
    this.#kinds = new Uint8Array(count)
    this.#weights = new Float64Array(size + 1)

    let total = 1
    for (let k = 0; k < size; k++) total += weights[k] ?? 0
    for (let k = 0; k < size; k++) this.#weights[k] = (weights[k] ?? 0) / total
    this.#weights[size] = 1 / total
    this.#logPrior = -Math.log(total)

    const placeOf = new Int32Array(history.size).fill(-1)
    for (let k = 0; k < size; k++) placeOf[rows[k] ?? 0] = k
    for (let d = 0; d < count; d++) {
      const parameter = parameters[d]
      if (parameter?.kind === 'number') this.#addNumber(d, parameter, placeOf, history)
      else this.#addCategory(d, parameter?.probabilities ?? [], rows, history.coordinates[d] ?? [])
    }

    this.#tops = new Float64Array(size)
    for (let k = 0; k < size; k++) {
      let top = Math.log(this.#weights[k] ?? 0)
      for (let at = k * count; at < (k + 1) * count; at++) top += this.#peaks[at] ?? 0
      this.#tops[k] = top
    }
  }

  /** Widths from the neighbours among these rows, kept from the least that so many rows can tell. */
  #addNumber(d: number, { distribution }: NumberParameter, placeOf: Int32Array, history: History): void {
    const [order, coordinates] = [history.sorted[d] ?? [], history.coordinates[d] ?? []]
    const places = new Int32Array(order.length)
    const means = new Float64Array(order.length)
    let count = 0
    for (const row of order) {
      const place = placeOf[row] ?? -1
      if (place < 0) continue
      places[count] = place
      means[count++] = coordinates[row] ?? 0
    }
    const [narrowest, last] = [1 / Math.min(100, count + 2), count - 1]
    const usual = -Math.log(narrowest) - logRootOfTau
    const isStepped = distribution.cellOf !== undefined
    for (let k = 0; k <= last; k++) {
      const mean = means[k] ?? 0
      // The ends of the range count as neighbours of a single row only.
      const left = k > 0 ? mean - (means[k - 1] ?? 0) : last === 0 ? mean : 0
      const right = k < last ? (means[k + 1] ?? 0) - mean : last === 0 ? 1 - mean : 0
      const width = Math.max(left, right, narrowest)
      const isWhole = mean > farFromEnd * width && 1 - mean > farFromEnd * width
      const peak = isWhole && width === narrowest ? usual : peakOf(mean, width)
      const at = (places[k] ?? 0) * this.#parameters.length + d
      this.#means[at] = mean
      this.#inverses[at] = 1 / width
      this.#peaks[at] = peak
      if (isStepped) this.#shapes[at] = this.#shapeOf(d, mean, 1 / width, peak)
    }
  }

  /** The place of a shape among those of a number; they come in order, so that equal ones follow each other. */
  #shapeOf(d: number, mean: number, inverse: number, peak: number): number {
    const shapes = this.#shapesOf[d] ?? []
    const last = shapes.length - 1
    for (let k = last; k >= 0 && shapes[k]?.mean === mean; k--) if (shapes[k]?.inverse === inverse) return k
    shapes.push({ mean, inverse, peak })
    return last + 1
  }

  /** A category's kernel: a whole observation of its own choice, and the prior's share of one in each. */
  #addCategory(d: number, probabilities: readonly number[], rows: readonly number[], column: readonly number[]): void {
    const share = probabilities.length / (rows.length + 1)
    const other = Math.log(share / (share + 1))
    const own = probabilities.map((probability) => Math.log((share + 1 / probability) / (share + 1)))
    this.#mismatches[d] = other
    this.#shapesOf[d] = own.map((peak, mean) => ({ mean, inverse: 1, peak }))
    for (const [k, row] of rows.entries()) {
      const choice = column[row] ?? NaN
      if (Number.isNaN(choice)) continue
      const at = k * this.#parameters.length + d
      this.#means[at] = choice
      this.#inverses[at] = 1
      this.#peaks[at] = own[choice] ?? 0
      this.#shapes[at] = choice
    }
  }

  /** Draws a kernel; what it returns draws coordinates of it, parameter by parameter. */
  sample(stream: RandomGenerator): (d: number) => number {
    const kernel = choiceAt(this.#weights, uniformFloat64(stream))
    return (d) => {
      const parameter = this.#parameters[d]
      const share = uniformFloat64(stream)
      const at = kernel * this.#parameters.length + d
      const inverse = kernel === this.#size ? 0 : (this.#inverses[at] ?? 0)
      const mean = this.#means[at] ?? 0
      if (parameter?.kind === 'category') {
        if (inverse === 0) return choiceAt(parameter.probabilities, share)
        const other = Math.exp(this.#mismatches[d] ?? 0)
        return share < 1 - other ? mean : choiceAt(parameter.probabilities, (share - 1 + other) / other)
      }
      if (inverse === 0) return share
      const [from, to] = [quickNormalCdf(-mean * inverse), quickNormalCdf((1 - mean) * inverse)]
      const drawn = mean + roughNormalQuantile(from + share * (to - from)) / inverse
      return Math.min(Math.max(drawn, 0), 1 - 2 ** -53)
    }
  }

  /** The logarithm of the density, relative to the prior's. */
  logDensity({ coordinates, cells }: Candidate): number {
    const count = this.#parameters.length
    const [means, inverses, peaks, kinds] = [this.#means, this.#inverses, this.#peaks, this.#kinds]
    const tables = this.#parameters.map((_, d) => this.#losses(d, coordinates[d] ?? NaN, cells, kinds))
    let top = this.#logPrior
    let sum = 1
    for (let k = 0; k < this.#size; k++) {
      let log = this.#tops[k] ?? 0
      for (let d = 0, at = k * count; d < count; d++, at++) {
        const inverse = inverses[at] ?? 0
        if (inverse === 0) continue
        if (kinds[d] === continuous) {
          const distance = ((coordinates[d] ?? 0) - (means[at] ?? 0)) * inverse
          log -= 0.5 * distance * distance
        } else if (kinds[d] === tabled) log -= tables[d]?.[this.#shapes[at] ?? 0] ?? 0
        else log -= peaks[at] ?? 0
        if (log < top - negligible) break
      }
      if (log < top - negligible) continue
      if (log <= top) sum += Math.exp(log - top)
      else {
        sum = sum * Math.exp(top - log) + 1
        top = log
      }
    }
    return top + Math.log(sum)
  }

  /** What each shape of kernel loses from its peak at this coordinate, where few shapes stand for many kernels. */
  #losses(d: number, x: number, cells: Float64Array, kinds: Uint8Array): Float64Array | undefined {
    const shapes = this.#shapesOf[d] ?? []
    const [from, to] = [cells[2 * d] ?? 0, cells[2 * d + 1] ?? 0]
    const isCategory = this.#parameters[d]?.kind === 'category'
    kinds[d] = Number.isNaN(x) ? absent : isCategory || to - from > narrowCell ? tabled : continuous
    if (kinds[d] !== tabled) return undefined
    const losses = new Float64Array(shapes.length)
    for (const [k, { mean, inverse, peak }] of shapes.entries()) {
      if (isCategory) losses[k] = mean === x ? 0 : peak - (this.#mismatches[d] ?? 0)
      else {
        const mass = quickNormalCdf((to - mean) * inverse) - quickNormalCdf((from - mean) * inverse)
        const inside = quickNormalCdf((1 - mean) * inverse) - quickNormalCdf(-mean * inverse)
        losses[k] = peak - Math.log(mass / (inside * (to - from)))
      }
    }
    return losses
  }
}

/** The logarithm of the greatest density of a normal kernel that is cut off at 0 and 1. */
function peakOf(mean: number, width: number): number {
  const mass = quickNormalCdf((1 - mean) / width) - quickNormalCdf(-mean / width)
  return -Math.log(width * mass) - logRootOfTau
}

/** A kernel of one parameter; rows that agree in it share one. */
interface Shape {
  readonly mean: number
  readonly inverse: number
  readonly peak: number
}
