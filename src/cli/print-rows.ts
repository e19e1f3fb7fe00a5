import { writeData } from './display/output.ts'
import type { FormatOptions } from './format-options.ts'
import { csvHeader, csvLines } from '../report/csv.ts'
import { isUnicode, terminalWidth } from './terminal.ts'
import { columnsOf, tableLines, type Column, type TableRow } from '../report/text-table.ts'

/** So many rows make one text: all of them may be more than a text can hold. */
const rowsAtOnce = 1_000

/** Prints rows the way they were asked for: a table for people, JSON or CSV for programs. */
export function printRows(
  rows: readonly TableRow[],
  {
    json,
    csv,
    columns,
    layout,
    empty,
  }: FormatOptions & {
    readonly columns?: readonly string[]
    /** Of a table for people, in place of its columns' names. */
    readonly layout?: readonly Column[]
    readonly empty: string
  },
): void {
  if (json === true) {
    printJson(rows)
    return
  }
  const names = columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))]
  if (csv === true) {
    writeData(csvHeader(names))
    for (const part of parts(rows)) writeData(csvLines(names, part))
  } else if (rows.length === 0) process.stdout.write(empty === '' ? '' : `${empty}\n`)
  else {
    const lines = tableLines(layout ?? columnsOf(names, rows), rows, { width: terminalWidth(), unicode: isUnicode() })
    for (const part of parts(lines)) process.stdout.write(`${part.join('\n')}\n`)
  }
}

/** An object whose lists may be long. */
export function printJsonParts(parts: Readonly<Record<string, unknown>>): void {
  let before = '{'
  for (const [key, value] of Object.entries(parts)) {
    process.stdout.write(`${before}\n${JSON.stringify(key)}: `)
    if (Array.isArray(value)) printJson(value as readonly object[])
    else process.stdout.write(`${JSON.stringify(value, jsonValue, 2)}\n`)
    before = ','
  }
  process.stdout.write('}\n')
}

/** As `JSON.stringify(rows, jsonValue, 2)` would. */
export function printJson(rows: readonly object[]): void {
  if (rows.length === 0) {
    process.stdout.write('[]\n')
    return
  }
  let before = '[\n'
  for (const part of parts(rows)) {
    process.stdout.write(before + JSON.stringify(part, jsonValue, 2).slice('[\n'.length, -'\n]'.length))
    before = ',\n'
  }
  process.stdout.write('\n]\n')
}

function* parts<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let k = 0; k < all.length; k += rowsAtOnce) yield all.slice(k, k + rowsAtOnce)
}

/** JSON has no 64-bit integers and no bytes. */
function jsonValue(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
}
