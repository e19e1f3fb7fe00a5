import { columnNames } from '../store/identifiers.ts'
import { pointColumns } from '../store/points-view.ts'
import { fixedColumns } from '../store/sweep-view.ts'

/** Columns of tables, CSV and JSON rows that no parameter or metric may overwrite. */
const own = ['trial', 'on_front', 'violation', 'error', ...fixedColumns, ...pointColumns] as const

/**
 * The columns of parameters and metrics in a table, by the rule of the SQL views: a metric that is named like a parameter or a
 * column becomes `metric_lr`, a parameter that is named like a column `param_state`.
 */
export class NamedColumns {
  readonly parameters: ReadonlyMap<string, string>
  readonly metrics: ReadonlyMap<string, string>
  /** By metric: the column of its standard error. */
  readonly errors: ReadonlyMap<string, string>

  constructor(parameters: Iterable<string>, metrics: Iterable<string>) {
    const nameOf = columnNames(own)
    this.parameters = new Map([...parameters].map((name) => [name, nameOf('param', name)]))
    this.metrics = new Map([...metrics].map((name) => [name, nameOf('metric', name)]))
    this.errors = new Map([...this.metrics].map(([name, column]) => [name, nameOf('metric', `${column}_se`)]))
  }
}

/** A row of a table: one whose keys, `__proto__` among them, are those that it is given. */
export function rowOf<Cell>(
  ...parts: readonly Iterable<readonly [column: string, cell: Cell]>[]
): Record<string, Cell> {
  const row = Object.create(null) as Record<string, Cell>
  for (const part of parts) for (const [column, cell] of part) row[column] = cell
  return row
}
