import type { FormatOptions } from './format-options.ts'
import { toCsv } from '../report/csv.ts'
import { isUnicode, terminalWidth } from './terminal.ts'
import { columnsOf, textTable, type TableRow } from '../report/text-table.ts'

/** Prints rows the way they were asked for: a table for people, JSON or CSV for programs. */
export function printRows(
  rows: readonly TableRow[],
  { json, csv, columns, empty }: FormatOptions & { readonly columns?: readonly string[]; readonly empty: string },
): void {
  if (json === true) {
    process.stdout.write(`${JSON.stringify(rows, jsonValue, 2)}\n`)
    return
  }
  const names = columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))]
  if (csv === true) process.stdout.write(toCsv(names, rows))
  else if (rows.length === 0) process.stdout.write(empty === '' ? '' : `${empty}\n`)
  else
    process.stdout.write(
      `${textTable(columnsOf(names, rows), rows, { width: terminalWidth(), unicode: isUnicode() })}\n`,
    )
}

/** JSON has no 64-bit integers and no bytes. */
function jsonValue(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
}
