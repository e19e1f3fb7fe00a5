import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

import { Column } from './column.ts'
import type { History } from './history.ts'
import { quickNormalCdf } from './normal-table.ts'
import { roughNormalQuantile } from './normal.ts'
import { choiceAt, type NumberParameter, type SearchParameter } from './space.ts'

const logRootOfTau = Math.log(Math.sqrt(2 * Math.PI))
/** A kernel this much (in logarithms) below the prior's share adds less than rounding does. */
const negligible = 30
/** In a cell narrower than this the density hardly changes: it stands for the mass. */
const narrowCell = 5e-4

const none = new Float64Array()

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
  /** By parameter, then by kernel: its middle. */
  readonly #means: readonly Float64Array[]
  /** 1 / width; 0 where the row lacks the parameter. */
  readonly #inverses: readonly Float64Array[]
  /** The logarithm of its greatest density. */
  readonly #peaks: readonly Float64Array[]
  /** Which of the parameter's shapes it has. */
  readonly #shapes: readonly Int32Array[]
  readonly #shapesOf: Shape[][]
  /** By kernel: the logarithm of its weight, and of all its peaks. */
  readonly #tops: Float64Array
  /** The greatest of them. */
  readonly #top: number
  readonly #weights: Float64Array
  readonly #logPrior: number
  /** By parameter: the logarithm of the density where a category is another one. */
  readonly #mismatches: Float64Array
  /** By parameter, of the candidate at hand: how it is compared with kernels. */
  readonly #kinds: Uint8Array
  /** A continuous parameter that all rows have: kernels are in its order. */
  readonly #pivot: number
  /** Kernels that are wider there than most. */
  readonly #wide: number[] = []
  readonly #narrow: number

  /** @param rows in order, each with its weight; the prior's is 1 */
  constructor(history: History, rows: readonly number[], weights: ArrayLike<number>) {
    const { parameters } = history.space
    const [size, count] = [rows.length, parameters.length]
    this.#parameters = parameters
    this.#size = size
    this.#means = parameters.map(() => new Float64Array(size))
    this.#inverses = parameters.map(() => new Float64Array(size))
    this.#peaks = parameters.map(() => new Float64Array(size))
    this.#shapes = parameters.map(() => new Int32Array(size))
    this.#shapesOf = parameters.map(() => [])
    this.#mismatches = new Float64Array(count)
    this.#kinds = new Uint8Array(count)
    this.#weights = new Float64Array(size + 1)
    this.#tops = new Float64Array(size)

    this.#pivot = parameters.findIndex(
      (each) => each.kind === 'number' && each.when.length === 0 && each.distribution.cellOf === undefined,
    )
    const isIn = new Uint8Array(history.size)
    for (const row of rows) isIn[row] = 1
    const ordered = this.#pivot < 0 ? undefined : inOrder(history, this.#pivot, rows, isIn)
    // Another sweep's row may lack it.
    if (ordered?.length !== size) this.#pivot = -1
    const kernels = ordered?.length === size ? ordered : Int32Array.from(rows)
    const placeOf = new Int32Array(history.size).fill(-1)
    for (let k = 0; k < size; k++) placeOf[kernels[k] ?? 0] = k

    let total = 1
    for (let k = 0; k < size; k++) total += weights[k] ?? 0
    for (let k = 0; k < size; k++) this.#weights[placeOf[rows[k] ?? 0] ?? 0] = (weights[k] ?? 0) / total
    this.#weights[size] = 1 / total
    this.#logPrior = -Math.log(total)

    for (let k = 0; k < size; k++) this.#tops[k] = Math.log(this.#weights[k] ?? 0)
    for (let d = 0; d < count; d++) {
      const parameter = parameters[d]
      if (parameter?.kind === 'number') {
        const order = d === this.#pivot ? kernels : inOrder(history, d, rows, isIn)
        this.#addNumber(d, parameter, order, placeOf, history.coordinates[d]?.data ?? none)
      } else this.#addCategory(d, parameter?.probabilities ?? [], kernels, history.coordinates[d]?.data ?? none)
    }
    let top = -Infinity
    for (let k = 0; k < size; k++) top = Math.max(top, this.#tops[k] ?? 0)
    this.#top = top

    // The least width, but for rounding.
    this.#narrow = 1.001 / Math.min(100, size + 2)
    const inverses = this.#inverses[this.#pivot] ?? []
    for (let k = 0; k < inverses.length; k++) if ((inverses[k] ?? 0) * this.#narrow < 1) this.#wide.push(k)
  }

  /** Widths from the neighbours among these rows, kept from the least that so many rows can tell. */
  #addNumber(
    d: number,
    { distribution }: NumberParameter,
    order: Int32Array,
    placeOf: Int32Array,
    coordinates: Float64Array,
  ): void {
    const [means, inverses, peaks, tops] = [this.#means[d], this.#inverses[d], this.#peaks[d], this.#tops]
    const shapes = this.#shapes[d]
    if (means === undefined || inverses === undefined || peaks === undefined || shapes === undefined) return
    const count = order.length
    const [narrowest, last] = [1 / Math.min(100, count + 2), count - 1]
    const usual = -Math.log(narrowest) - logRootOfTau
    const isStepped = distribution.cellOf !== undefined
    let next = coordinates[order[0] ?? 0] ?? 0
    let left = last === 0 ? next : 0
    for (let k = 0; k <= last; k++) {
      const mean = next
      next = coordinates[order[k + 1] ?? 0] ?? 0
      // The ends of the range count as neighbours of a single row only.
      const right = k < last ? next - mean : last === 0 ? 1 - mean : 0
      const width = Math.max(left, right, narrowest)
      const isWhole = mean > farFromEnd * width && 1 - mean > farFromEnd * width
      const peak = isWhole && width === narrowest ? usual : peakOf(mean, width)
      left = right
      const at = placeOf[order[k] ?? 0] ?? 0
      means[at] = mean
      inverses[at] = 1 / width
      peaks[at] = peak
      tops[at] = (tops[at] ?? 0) + peak
      if (isStepped) shapes[at] = this.#shapeOf(d, mean, 1 / width, peak)
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
  #addCategory(d: number, probabilities: readonly number[], rows: Int32Array, column: Float64Array): void {
    const share = probabilities.length / (rows.length + 1)
    const other = Math.log(share / (share + 1))
    const own = probabilities.map((probability) => Math.log((share + 1 / probability) / (share + 1)))
    this.#mismatches[d] = other
    this.#shapesOf[d] = own.map((peak, mean) => ({ mean, inverse: 1, peak }))
    const [means, inverses, peaks, tops] = [this.#means[d], this.#inverses[d], this.#peaks[d], this.#tops]
    const shapes = this.#shapes[d]
    if (means === undefined || inverses === undefined || peaks === undefined || shapes === undefined) return
    for (let k = 0; k < rows.length; k++) {
      const choice = column[rows[k] ?? 0] ?? NaN
      if (Number.isNaN(choice)) continue
      const peak = own[choice] ?? 0
      means[k] = choice
      inverses[k] = 1
      peaks[k] = peak
      tops[k] = (tops[k] ?? 0) + peak
      shapes[k] = choice
    }
  }

  /** Draws a kernel; what it returns draws coordinates of it, parameter by parameter. */
  sample(stream: RandomGenerator): (d: number) => number {
    const kernel = choiceAt(this.#weights, uniformFloat64(stream))
    return (d) => {
      const parameter = this.#parameters[d]
      const share = uniformFloat64(stream)
      const inverse = this.#inverses[d]?.[kernel] ?? 0
      const mean = this.#means[d]?.[kernel] ?? 0
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
    const tables = this.#parameters.map((_, d) => this.#losses(d, coordinates[d] ?? NaN, cells, this.#kinds))
    const sum = new LogSum(this.#logPrior)
    const x = coordinates[this.#pivot]
    if (x === undefined) {
      for (let k = 0; k < this.#size; k++) this.#addKernel(k, coordinates, tables, sum)
      return sum.value
    }
    // Narrow kernels that are farther away than this add less than is counted.
    const reach = Math.sqrt(Math.max(0, 2 * (this.#top - this.#logPrior + negligible))) * this.#narrow
    const [means, inverses, tops] = [this.#means[this.#pivot] ?? none, this.#inverses[this.#pivot] ?? none, this.#tops]
    for (let k = firstAtLeast(means, x - reach); k < this.#size && (means[k] ?? 0) <= x + reach; k++) {
      const inverse = inverses[k] ?? 0
      const distance = (x - (means[k] ?? 0)) * inverse
      if (inverse * this.#narrow < 1 || (tops[k] ?? 0) - 0.5 * distance * distance < sum.top - negligible) continue
      this.#addKernel(k, coordinates, tables, sum)
    }
    for (const k of this.#wide) this.#addKernel(k, coordinates, tables, sum)
    return sum.value
  }

  #addKernel(k: number, coordinates: Float64Array, tables: readonly (Float64Array | undefined)[], sum: LogSum): void {
    let log = this.#tops[k] ?? 0
    const least = sum.top - negligible
    for (let d = 0; d < coordinates.length; d++) {
      const inverse = this.#inverses[d]?.[k] ?? 0
      if (inverse === 0) continue
      const kind = this.#kinds[d]
      if (kind === continuous) {
        const distance = ((coordinates[d] ?? 0) - (this.#means[d]?.[k] ?? 0)) * inverse
        log -= 0.5 * distance * distance
      } else if (kind === tabled) log -= tables[d]?.[this.#shapes[d]?.[k] ?? 0] ?? 0
      else log -= this.#peaks[d]?.[k] ?? 0
      if (log < least) return
    }
    sum.add(log)
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

/** The logarithm of a sum of numbers whose logarithms are given. */
class LogSum {
  /** The greatest so far. */
  top: number
  #sum = 1

  constructor(log: number) {
    this.top = log
  }

  add(log: number): void {
    if (log <= this.top) this.#sum += Math.exp(log - this.top)
    else {
      this.#sum = this.#sum * Math.exp(this.top - log) + 1
      this.top = log
    }
  }

  get value(): number {
    return this.top + Math.log(this.#sum)
  }
}

/** The rows that have a parameter, by their coordinates in it; of two that agree, the earlier first. */
function inOrder(history: History, d: number, rows: readonly number[], isIn: Uint8Array): Int32Array {
  const { data: sorted, size } = history.sorted[d] ?? Column.ofPlaces()
  const coordinates = history.coordinates[d]?.data ?? none
  // A few are sorted sooner than they are found among all.
  if (20 * rows.length < size) {
    const there = rows.filter((row) => !Number.isNaN(coordinates[row]))
    return Int32Array.from(there.sort((a, b) => (coordinates[a] ?? 0) - (coordinates[b] ?? 0) || a - b))
  }
  const order = new Int32Array(size)
  let count = 0
  for (let k = 0; k < size; k++) {
    const row = sorted[k] ?? 0
    if (isIn[row] === 1) order[count++] = row
  }
  return order.subarray(0, count)
}

function firstAtLeast(sorted: ArrayLike<number>, value: number): number {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((sorted[middle] ?? 0) < value) from = middle + 1
    else to = middle
  }
  return from
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
