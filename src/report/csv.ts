import type { TableCell, TableRow } from './text-table.ts'

/** The first line as RFC 4180 has it: fields quoted where they must be, CRLF at each line's end. */
export function csvHeader(columns: readonly string[]): string {
  return line(columns)
}

/** Rows, a line each. */
export function csvLines(columns: readonly string[], rows: readonly TableRow[]): string {
  return rows.map((row) => line(columns.map((column) => row[column]))).join('')
}

function line(values: readonly TableCell[]): string {
  return `${values.map(field).join(',')}\r\n`
}

function field(value: TableCell): string {
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
