import type { Arrangement } from './arrangement.ts'

/** A mixture's kernels in one parameter, by their places in it. */
export interface Kernels {
  /** Makes them anew, of these rows. */
  fit(arrangement: Arrangement): void
  /** The logarithm of each one's greatest density; 0 where its row lacks the parameter. */
  readonly peaks: Float64Array
  /** Whether they are compared with a candidate by a table, of few entries. */
  readonly isTabled: boolean
  /**
   * The coordinate below which a share of a kernel lies; of the prior, where its row lacks it, and behind
   * the last place.
   */
  draw(place: number, share: number): number
  /**
   * Sets what {@link addLosses} compares with: a coordinate, NaN where the candidate has none, and the shares from which to
   * which its value is the same, equal where each has its own.
   */
  compareWith(coordinate: number, from: number, to: number): void
  /** Adds what each of the kernels at these places loses there of the logarithm of its peak; the first to `losses[0]`. */
  addLosses(losses: Float64Array, first: number, end: number): void
}

/** Of a candidate that lacks the parameter: kernels are as high as the prior. */
export function addPeaks(losses: Float64Array, peaks: Float64Array, first: number, end: number): void {
  for (let k = first; k < end; k++) losses[k - first] = (losses[k - first] ?? 0) + (peaks[k] ?? 0)
}

/** Of kernels that are of few shapes: each shape's loss. */
export function addFromTable(
  losses: Float64Array,
  table: Float64Array,
  shapes: Int32Array,
  first: number,
  end: number,
): void {
  for (let k = first; k < end; k++) losses[k - first] = (losses[k - first] ?? 0) + (table[shapes[k] ?? 0] ?? 0)
}
