type Value = number | string

/** A cell of a grid, by its column from the left and its row from the top. */
export interface CellPlace {
  readonly column: number
  readonly row: number
}

interface Cell {
  readonly x: Value
  readonly y: Value
}

/** Cells by their place; not every place has one. */
export class CellGrid<Each extends Cell> {
  readonly columns: readonly Value[]
  readonly rows: readonly Value[]
  readonly #cells = new Map<string, Each>()

  constructor(cells: readonly Each[], axes: { readonly columns: readonly Value[]; readonly rows: readonly Value[] }) {
    this.columns = axes.columns
    this.rows = axes.rows
    for (const cell of cells) this.#cells.set(keyOf(this.placeOf(cell)), cell)
  }

  placeOf({ x, y }: Cell): CellPlace {
    return { column: this.columns.indexOf(x), row: this.rows.indexOf(y) }
  }

  at(place: CellPlace): Each | undefined {
    return this.#cells.get(keyOf(place))
  }

  /** All in the rectangle that two places span. */
  between(a: CellPlace, b: CellPlace): Each[] {
    const within = (k: number, from: number, to: number) => k >= Math.min(from, to) && k <= Math.max(from, to)
    return [...this.#cells.values()].filter((cell) => {
      const { column, row } = this.placeOf(cell)
      return within(column, a.column, b.column) && within(row, a.row, b.row)
    })
  }

  /** The next one in a direction; the same place where there is none. */
  next(from: CellPlace, { column: across, row: down }: CellPlace): CellPlace {
    let { column, row } = from
    for (;;) {
      column += across
      row += down
      if (this.columns[column] === undefined || this.rows[row] === undefined) return from
      if (this.at({ column, row }) !== undefined) return { column, row }
    }
  }
}

function keyOf({ column, row }: CellPlace): string {
  return `${column} ${row}`
}
