import { Column } from './column.ts'
import type { History } from './history.ts'
import { placesFor } from './room.ts'

/** Kernels of rows that have the same parameters. */
export interface Block {
  /** What its rows have, by the parameters' places in the space. */
  readonly parameters: readonly number[]
  /** Those, none to two, in which each leaf is narrow. */
  readonly pivots: readonly number[]
  readonly leaves: readonly Leaf[]
}

/** Kernels near each other: those at the places from `first` to before `end`. */
export interface Leaf {
  readonly first: number
  readonly end: number
}

export const leafSize = 32

/**
 * Where a mixture has the kernel of each row. Rows that have the same parameters stand together, and those of them that are
 * near each other in two continuous ones: a candidate that is far from one of these is far from its leaf. First slabs by one
 * parameter, then leaves within each by the other (S. Leutenegger et al., STR: a simple and efficient algorithm for R-tree
 * packing, 1997).
 */
export class Arrangement {
  readonly history: History
  size = 0
  /** By place. */
  rows: Int32Array = new Int32Array()
  /** By row; of one that is not among them it has no meaning. */
  placeOf: Int32Array = new Int32Array()
  /** Of number parameters: the rows that have it, by coordinate; of two that agree, the earlier first. */
  readonly orders: Int32Array[]
  /** What the orders are kept in. */
  readonly #ordered: Int32Array[]
  blocks: Block[] = []
  #blockOf: Int32Array = new Int32Array()
  #slabOf: Int32Array = new Int32Array()

  constructor(history: History) {
    this.history = history
    this.orders = history.space.parameters.map(() => new Int32Array())
    this.#ordered = this.orders.slice()
  }

  /** @param rows in order */
  fit(rows: readonly number[]): void {
    const { parameters } = this.history.space
    this.size = rows.length
    this.rows = placesFor(rows.length, this.rows)
    this.placeOf = placesFor(this.history.size, this.placeOf)
    this.#blockOf = placesFor(this.history.size, this.#blockOf)
    this.#slabOf = placesFor(this.history.size, this.#slabOf)
    const described = this.#split(rows)
    for (const [d, { kind }] of parameters.entries()) if (kind === 'number') this.orders[d] = this.#inOrder(d, rows)

    let start = 0
    this.blocks = described.map(({ parameters, size }, block) => {
      const pivots = parameters.filter((d) => this.#isContinuous(d)).slice(0, 2)
      const leaves = this.#place(block, pivots, start, size, rows)
      start += size
      return { parameters, pivots, leaves }
    })
  }

  /** Says of each row in which block it is, -1 if it is not to be placed; and of each block what its rows have. */
  #split(rows: readonly number[]): { readonly parameters: readonly number[]; size: number }[] {
    const { shapes, shapeOf } = this.history
    const blockOf = this.#blockOf.fill(-1, 0, this.history.size)
    const blockOfShape = new Int32Array(shapes.length).fill(-1)
    const blocks: { readonly parameters: readonly number[]; size: number }[] = []
    for (const row of rows) {
      const shape = shapeOf.at(row)
      let block = blockOfShape[shape] ?? -1
      if (block === -1) {
        block = blocks.push({ parameters: shapes[shape] ?? [], size: 0 }) - 1
        blockOfShape[shape] = block
      }
      blockOf[row] = block
      const its = blocks[block]
      if (its !== undefined) its.size++
    }
    return blocks
  }

  #isContinuous(d: number): boolean {
    const parameter = this.history.space.parameters[d]
    return parameter?.kind === 'number' && parameter.distribution.cellOf === undefined
  }

  /** Gives a block's rows the places from `start` on. */
  #place(block: number, pivots: readonly number[], start: number, size: number, rows: readonly number[]): Leaf[] {
    const [slabber = -1, sorter = slabber] = pivots
    const slabs = pivots.length < 2 ? 1 : Math.max(1, Math.round(Math.sqrt(size / leafSize)))
    const startOf = (slab: number) => start + Math.round((slab * size) / slabs)
    const leaves: Leaf[] = []
    for (let slab = 0; slab < slabs; slab++) {
      const end = startOf(slab + 1)
      for (let first = startOf(slab); first < end; first += leafSize) {
        leaves.push({ first, end: Math.min(first + leafSize, end) })
      }
    }

    const [blockOf, slabOf] = [this.#blockOf, this.#slabOf]
    if (slabs > 1) {
      const order = this.orders[slabber] ?? new Int32Array()
      let [place, slab, end] = [start, 0, startOf(1)]
      for (const row of order) {
        if (blockOf[row] !== block) continue
        if (place === end) end = startOf(++slab + 1)
        slabOf[row] = slab
        place++
      }
    }
    const next = Int32Array.from({ length: slabs }, (_, slab) => startOf(slab))
    const order = this.orders[sorter] ?? Int32Array.from(rows)
    for (const row of order) {
      if (blockOf[row] !== block) continue
      const slab = slabs > 1 ? (slabOf[row] ?? 0) : 0
      const place = next[slab] ?? 0
      next[slab] = place + 1
      this.placeOf[row] = place
      this.rows[place] = row
    }
    return leaves
  }

  #inOrder(d: number, rows: readonly number[]): Int32Array {
    const { data: sorted, size } = this.history.sorted[d] ?? Column.ofPlaces()
    const { data: coordinates } = this.history.coordinates[d] ?? Column.ofNumbers()
    // A few are sorted sooner than they are found among all.
    if (20 * rows.length < size) {
      const there = rows.filter((row) => !Number.isNaN(coordinates[row]))
      return Int32Array.from(there.sort((a, b) => (coordinates[a] ?? 0) - (coordinates[b] ?? 0) || a - b))
    }
    const blockOf = this.#blockOf
    const order = placesFor(size, this.#ordered[d] ?? new Int32Array())
    this.#ordered[d] = order
    let count = 0
    for (let k = 0; k < size; k++) {
      const row = sorted[k] ?? 0
      if ((blockOf[row] ?? -1) >= 0) order[count++] = row
    }
    return order.subarray(0, count)
  }
}
