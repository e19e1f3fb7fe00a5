import type { Arrangement } from './arrangement.ts'
import { Column } from './column.ts'
import { addFromTable, addPeaks, type Kernels } from './kernels.ts'
import { placesFor, roomFor } from './room.ts'
import { choiceAt } from './space.ts'

/** A category's kernels: a whole observation of its own choice, and the prior's share of one in each. */
export class CategoryKernels implements Kernels {
  peaks: Float64Array = new Float64Array()
  readonly isTabled = true
  readonly #d: number
  readonly #probabilities: readonly number[]
  /** By place; their number where the row lacks the parameter. */
  #choices: Int32Array = new Int32Array()
  /** By choice: the logarithm of the density there. */
  #own: readonly number[] = []
  /** The logarithm of the density where a category is another one. */
  #other = 0
  readonly #table: Float64Array
  #isThere = false

  /** @param d its parameter's place in the space */
  constructor(d: number, probabilities: readonly number[]) {
    this.#d = d
    this.#probabilities = probabilities
    this.#table = new Float64Array(probabilities.length)
  }

  fit({ history, size, rows }: Arrangement): void {
    const { data: coordinates } = history.coordinates[this.#d] ?? Column.ofNumbers()
    const none = this.#probabilities.length
    const share = none / (size + 1)
    this.#own = this.#probabilities.map((probability) => Math.log((share + 1 / probability) / (share + 1)))
    this.#other = Math.log(share / (share + 1))
    this.peaks = roomFor(size, this.peaks)
    this.#choices = placesFor(size + 1, this.#choices)
    // Behind the last one is the prior.
    this.#choices[size] = none
    for (let k = 0; k < size; k++) {
      const choice = coordinates[rows[k] ?? 0] ?? NaN
      const place = Number.isNaN(choice) ? none : choice
      this.#choices[k] = place
      this.peaks[k] = place === none ? 0 : (this.#own[place] ?? 0)
    }
  }

  draw(place: number, share: number): number {
    const choice = this.#choices[place] ?? this.#probabilities.length
    if (choice === this.#probabilities.length) return choiceAt(this.#probabilities, share)
    const other = Math.exp(this.#other)
    return share < 1 - other ? choice : choiceAt(this.#probabilities, (share - 1 + other) / other)
  }

  compareWith(choice: number): void {
    this.#isThere = !Number.isNaN(choice)
    for (const [k, peak] of this.#own.entries()) this.#table[k] = k === choice ? 0 : peak - this.#other
  }

  addLosses(losses: Float64Array, first: number, end: number): void {
    if (this.#isThere) addFromTable(losses, this.#table, this.#choices, first, end)
    else addPeaks(losses, this.peaks, first, end)
  }
}
