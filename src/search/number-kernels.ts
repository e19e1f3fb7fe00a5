import type { Arrangement } from './arrangement.ts'
import { Column } from './column.ts'
import type { NumberDistribution } from './distributions.ts'
import { addFromTable, addPeaks, type Kernels } from './kernels.ts'
import { quickNormalCdf } from './normal-table.ts'
import { roughNormalQuantile } from './normal.ts'
import { placesFor, roomFor } from './room.ts'

const logRootOfTau = Math.log(Math.sqrt(2 * Math.PI))
/** In a cell narrower than this the density hardly changes: it stands for the mass. */
const narrowCell = 5e-4
/** So many widths from 0 or 1 nothing of a kernel is cut off. */
const farFromEnd = 6

/** A kernel of one parameter; where values come in steps, rows share them. */
interface Shape {
  readonly mean: number
  /** 1 / width. */
  readonly inverse: number
  readonly peak: number
}

/**
 * How wide kernels are: each as its farther neighbour is away, where they are many; or all of them the same, by what they
 * differ and how many they are (D. Scott, Multivariate Density Estimation, 1992), where they are few.
 */
export type WidthRule = 'neighbours' | 'spread'

/** Less than Scott's factor of 1, which is for points of a single peak. */
const spreadFactor = 0.7
/** No kernel is narrower. */
const leastWidth = 0.01

/** A number's kernels: normal ones cut off at 0 and 1. */
export class NumberKernels implements Kernels {
  means: Float64Array = new Float64Array()
  /** 1 / width; 0 where the row lacks the parameter. */
  inverses: Float64Array = new Float64Array()
  peaks: Float64Array = new Float64Array()
  readonly #d: number
  readonly #isStepped: boolean
  readonly #rule: WidthRule
  #shapes: Shape[] = []
  /** Which of the shapes each kernel has. */
  #shapeOf: Int32Array = new Int32Array()
  #coordinate = NaN
  #table: Float64Array | undefined

  /** @param d its parameter's place in the space */
  constructor(d: number, { cellOf }: NumberDistribution, rule: WidthRule) {
    this.#d = d
    this.#rule = rule
    this.#isStepped = cellOf !== undefined
  }

  fit({ history, size, rows, placeOf, orders }: Arrangement): void {
    const { data: coordinates } = history.coordinates[this.#d] ?? Column.ofNumbers()
    const order = orders[this.#d] ?? new Int32Array()
    const count = order.length
    // Of many neighbours most are nearer than the least width that so many rows can tell.
    const usual =
      this.#rule === 'spread'
        ? spreadWidth(order, coordinates, history.space.parameters.length)
        : Math.max(leastWidth, 1 / (count + 2))
    const [usualInverse, usualPeak] = [1 / usual, -Math.log(usual) - logRootOfTau]
    this.means = roomFor(size + 1, this.means)
    this.inverses = roomFor(size + 1, this.inverses)
    this.peaks = roomFor(size + 1, this.peaks)
    const { means, inverses, peaks } = this
    // Behind the last one is the prior.
    inverses[size] = 0
    const end = farFromEnd * usual
    for (let k = 0; k < size; k++) {
      const mean = coordinates[rows[k] ?? 0] ?? NaN
      const isThere = !Number.isNaN(mean)
      means[k] = mean
      inverses[k] = isThere ? usualInverse : 0
      peaks[k] = mean > end && mean < 1 - end ? usualPeak : isThere ? peakOf(mean, usual) : 0
    }

    this.#shapes = []
    if (this.#isStepped) this.#shapeOf = placesFor(size, this.#shapeOf)
    let next = coordinates[order[0] ?? 0] ?? 0
    // The ends of the range count as neighbours of a single row only.
    let left = count === 1 ? next : 0
    for (let k = 0; k < count; k++) {
      const mean = next
      next = k < count - 1 ? (coordinates[order[k + 1] ?? 0] ?? 0) : count === 1 ? 1 : mean
      const right = next - mean
      const width = this.#rule === 'spread' ? usual : left > right ? left : right
      left = right
      if (width <= usual && !this.#isStepped) continue
      const place = placeOf[order[k] ?? 0] ?? 0
      if (width > usual) {
        inverses[place] = 1 / width
        peaks[place] = peakOf(mean, width)
      }
      if (this.#isStepped) this.#shapeOf[place] = this.#placeOfShape(mean, inverses[place] ?? 0, peaks[place] ?? 0)
    }
  }

  get isTabled(): boolean {
    return this.#table !== undefined
  }

  /** Kernels come in order, so that those which agree follow each other. */
  #placeOfShape(mean: number, inverse: number, peak: number): number {
    const last = this.#shapes.length - 1
    for (let k = last; k >= 0 && this.#shapes[k]?.mean === mean; k--) if (this.#shapes[k]?.inverse === inverse) return k
    this.#shapes.push({ mean, inverse, peak })
    return last + 1
  }

  draw(place: number, share: number): number {
    const [mean = 0, inverse = 0] = [this.means[place], this.inverses[place]]
    if (inverse === 0) return share
    const [from, to] = [quickNormalCdf(-mean * inverse), quickNormalCdf((1 - mean) * inverse)]
    const drawn = mean + roughNormalQuantile(from + share * (to - from)) / inverse
    return Math.min(Math.max(drawn, 0), 1 - 2 ** -53)
  }

  compareWith(coordinate: number, from: number, to: number): void {
    this.#coordinate = coordinate
    this.#table = to - from > narrowCell ? this.#lossesIn(from, to) : undefined
  }

  /** What each shape loses from its peak, on average over a cell. */
  #lossesIn(from: number, to: number): Float64Array {
    return Float64Array.from(this.#shapes, ({ mean, inverse, peak }) => {
      const mass = quickNormalCdf((to - mean) * inverse) - quickNormalCdf((from - mean) * inverse)
      const inside = quickNormalCdf((1 - mean) * inverse) - quickNormalCdf(-mean * inverse)
      return peak - Math.log(mass / (inside * (to - from)))
    })
  }

  addLosses(losses: Float64Array, first: number, end: number): void {
    if (Number.isNaN(this.#coordinate)) addPeaks(losses, this.peaks, first, end)
    else if (this.#table !== undefined) addFromTable(losses, this.#table, this.#shapeOf, first, end)
    else addSquares(losses, this.#coordinate, this.means, this.inverses, first, end)
  }
}

function addSquares(
  losses: Float64Array,
  x: number,
  means: Float64Array,
  inverses: Float64Array,
  first: number,
  end: number,
): void {
  for (let k = first; k < end; k++) {
    const distance = (x - (means[k] ?? 0)) * (inverses[k] ?? 0)
    losses[k - first] = (losses[k - first] ?? 0) + 0.5 * distance * distance
  }
}

/** The prior counts as one row more. */
function spreadWidth(order: Int32Array, coordinates: Float64Array, dimensions: number): number {
  const count = order.length
  let [mean, variance] = [0, 1 / 12 / (count + 1)]
  for (const row of order) mean += (coordinates[row] ?? 0) / count
  for (const row of order) variance += ((coordinates[row] ?? 0) - mean) ** 2 / count
  const width = spreadFactor * Math.sqrt(variance) * Math.max(count, 1) ** (-1 / (dimensions + 4))
  return Math.max(width, leastWidth)
}

/** The logarithm of the greatest density of a normal kernel that is cut off at 0 and 1. */
function peakOf(mean: number, width: number): number {
  const end = farFromEnd * width
  if (mean > end && mean < 1 - end) return -Math.log(width) - logRootOfTau
  const mass = quickNormalCdf((1 - mean) / width) - quickNormalCdf(-mean / width)
  return -Math.log(width * mass) - logRootOfTau
}
