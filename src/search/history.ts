import type { Parameters } from '../programs/program.ts'
import { Column } from './column.ts'
import type { Observation } from './search.ts'
import { coordinateIn, isThere, type SearchSpace } from './space.ts'

/** What a trial counts as that failed, or that still trains: by its last value, its best one, or as one of no use. */
export interface Imputing {
  readonly failed: 'latest' | 'best' | 'worst'
  readonly running: 'latest' | 'best' | 'worst'
}

/** What the rows of a trial say to a method, besides its point. */
export type Outcome = 'pending' | 'completed' | 'stopped' | 'failed'

/**
 * The trials of a sweep as columns, in order of their numbers whatever the order in which they were recorded: kept by
 * whoever asks a method again and again, and added to, so that a suggestion reads ten thousand trials without parsing one.
 */
export class History {
  readonly space: SearchSpace
  readonly objectives: number
  readonly numbers = Column.ofNumbers()
  readonly outcomes: Outcome[] = []
  /** By parameter, then by row: its coordinate, NaN where it is not there. */
  readonly coordinates: readonly Column[]
  /** By objective, then by row: less is better, NaN while unknown. */
  readonly values: readonly Column[]
  /** By row: how far the constraints are broken in sum; 0 where they are kept, or unknown. */
  readonly violations = Column.ofNumbers()
  readonly epochs = Column.ofNumbers()
  /** By parameter: the rows where it is there, by coordinate and then by number. */
  readonly sorted: readonly Column<Int32Array>[]
  /** By row: which of the {@link shapes} it has. */
  readonly shapeOf = Column.ofPlaces()
  /** Which parameters there are, by their places in the space, in the order in which they came up. */
  readonly shapes: (readonly number[])[] = []
  readonly #placeOfShape = new Map<string, number>()
  readonly #keys = new Set<string>()

  constructor(space: SearchSpace, objectives: number) {
    this.space = space
    this.objectives = objectives
    this.coordinates = space.parameters.map(() => Column.ofNumbers())
    this.sorted = space.parameters.map(() => Column.ofPlaces())
    this.values = Array.from({ length: objectives }, () => Column.ofNumbers())
  }

  static of(space: SearchSpace, objectives: number, observations: Iterable<Observation>): History {
    const history = new History(space, objectives)
    for (const observation of observations) history.record(observation)
    return history
  }

  /** Whether there is a trial of this very point. */
  has(point: Parameters): boolean {
    return this.#keys.has(keyOf(point))
  }

  get size(): number {
    return this.numbers.size
  }

  /** Adds a trial, or says what has become of one that is there; its point stays as it was. */
  record(observation: Observation): void {
    const row = lowerBound(this.size, (k) => this.numbers.at(k) < observation.number)
    if (this.numbers.at(row) !== observation.number) this.#insert(row, observation)
    const values = this.values.map((_, k) => observation.values[k] ?? NaN)
    this.outcomes[row] = outcomeOf(observation.state, values)
    for (const [k, column] of this.values.entries()) column.data[row] = values[k] ?? NaN
    this.violations.data[row] = violationOf(observation.violations)
    this.epochs.data[row] = observation.epochs ?? 0
  }

  #insert(row: number, { number, point }: Observation): void {
    // Trials come in order but for those of other sweeps; then all rows behind move by one.
    if (row < this.size) {
      for (const { data, size } of this.sorted) {
        for (let k = 0; k < size; k++) if ((data[k] ?? 0) >= row) data[k] = (data[k] ?? 0) + 1
      }
    }
    this.#keys.add(keyOf(point))
    this.numbers.insert(row, number)
    this.outcomes.splice(row, 0, 'pending')
    for (const column of this.values) column.insert(row, NaN)
    this.violations.insert(row, 0)
    this.epochs.insert(row, 0)
    const shape: number[] = []
    for (const [k, parameter] of this.space.parameters.entries()) {
      const [column, order] = [this.coordinates[k], this.sorted[k]]
      const coordinate = isThere(parameter, point) ? coordinateIn(point, parameter) : NaN
      column?.insert(row, coordinate)
      if (column === undefined || order === undefined || Number.isNaN(coordinate)) continue
      shape.push(k)
      const place = lowerBound(order.size, (at) => {
        const other = order.at(at)
        const its = column.at(other)
        return its < coordinate || (its === coordinate && other < row)
      })
      order.insert(place, row)
    }
    this.shapeOf.insert(row, this.#shape(shape))
  }

  #shape(parameters: readonly number[]): number {
    const key = parameters.join()
    const known = this.#placeOfShape.get(key)
    if (known !== undefined) return known
    this.#placeOfShape.set(key, this.shapes.length)
    return this.shapes.push(parameters) - 1
  }
}

function keyOf(point: Parameters): string {
  return JSON.stringify(Object.entries(point).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The first k below `length` for which it is not `isBelow`. */
function lowerBound(length: number, isBelow: (k: number) => boolean): number {
  let [from, to] = [0, length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (isBelow(middle)) from = middle + 1
    else to = middle
  }
  return from
}

/** An objective that is no finite number counts as a failure: nothing can be learned from how good it is. */
function outcomeOf(state: Observation['state'], values: readonly number[]): Outcome {
  if (state === 'queued' || state === 'running') return 'pending'
  if (state === 'failed') return 'failed'
  return values.every(Number.isFinite) ? state : state === 'stopped' ? 'stopped' : 'failed'
}

function violationOf(violations: readonly number[] = []): number {
  return violations.reduce(
    (sum, violation) => sum + (violation > 0 ? violation : Number.isNaN(violation) ? Infinity : 0),
    0,
  )
}
