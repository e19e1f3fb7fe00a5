import type { TableCell, TableRow } from './text-table.ts'

/** Rows as RFC 4180 has them: a header, fields quoted where they must be, CRLF at each line's end. */
export function toCsv(columns: readonly string[], rows: readonly TableRow[]): string {
  const line = (values: readonly TableCell[]) => `${values.map(field).join(',')}\r\n`
  return [line(columns), ...rows.map((row) => line(columns.map((column) => row[column])))].join('')
}

function field(value: TableCell): string {
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
