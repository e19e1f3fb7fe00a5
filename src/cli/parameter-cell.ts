import type { Parameters } from '../programs/program.ts'
import type { TableCell } from '../report/text-table.ts'

/** A parameter as one cell of a table. */
export function cell(value: Parameters[string] | undefined): TableCell {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? null)
}
