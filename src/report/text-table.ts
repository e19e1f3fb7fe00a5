import { stripVTControlCharacters } from 'node:util'

import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'

import { formatNumber } from './format.ts'

export type TableCell = string | number | bigint | boolean | Uint8Array | null | undefined

export type TableRow = Readonly<Record<string, TableCell>>

export interface Column {
  readonly key: string
  readonly title: string
  readonly align: 'left' | 'right'
}

export interface TableOptions {
  /** Columns of the terminal; undefined where nothing has to fit. */
  readonly width?: number | undefined
  /** Colours a finished line; -1 is the header. */
  readonly style?: (line: string, row: number) => string
}

const gap = '  '
const narrowest = 8
/** Characters of a cell that are shown at all; `--json` has the rest. */
const longestCell = 1_000
const missing = '–'

/** The columns of rows, numbers to the right. */
export function columnsOf(names: readonly string[], rows: readonly TableRow[]): Column[] {
  const isNumber = (value: TableCell) => value == null || typeof value === 'number' || typeof value === 'bigint'
  return names.map((key) => ({ key, title: key, align: rows.every((row) => isNumber(row[key])) ? 'right' : 'left' }))
}

/** Rows as aligned text: a header, a rule, a line a row. Cells that are too long for the terminal are cut. */
export function textTable(
  columns: readonly Column[],
  rows: readonly TableRow[],
  { width = Infinity, style = (line) => line }: TableOptions = {},
): string {
  const cells = rows.map((row) => columns.map(({ key }) => cellText(row[key])))
  const natural = columns.map(({ title }, k) =>
    cells.reduce((most, row) => Math.max(most, stringWidth(row[k] ?? '')), stringWidth(title)),
  )
  const widths = shrink(natural, width - gap.length * (columns.length - 1))
  const line = (texts: readonly string[]) =>
    columns
      .map(({ align }, k) => fit(texts[k] ?? '', widths[k] ?? 0, align))
      .join(gap)
      .trimEnd()
  return [
    style(line(columns.map(({ title }) => title)), -1),
    style(widths.map((columnWidth) => '─'.repeat(columnWidth)).join(gap), -1),
    ...cells.map((row, k) => style(line(row), k)),
  ].join('\n')
}

function cellText(value: TableCell): string {
  if (value === null || value === undefined) return missing
  if (typeof value === 'number') return formatNumber(value)
  if (value instanceof Uint8Array) return `${value.length} bytes`
  return oneLine(String(value).slice(0, longestCell))
}

/** What a program wrote must not move the cursor, break the line, or clear the screen. */
function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\s*\n\s*/g, ' ⏎ ')
    .replaceAll(/\p{Cc}/gu, ' ')
}

/** Takes width from the widest columns until all fit, but leaves every column enough to be read. */
function shrink(natural: readonly number[], available: number): number[] {
  const widths = [...natural]
  const total = () => widths.reduce((sum, width) => sum + width, 0)
  while (total() > available) {
    const widest = widths.indexOf(Math.max(...widths))
    if ((widths[widest] ?? 0) <= narrowest) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}

function fit(text: string, width: number, align: 'left' | 'right'): string {
  const cut = stringWidth(text) <= width ? text : cliTruncate(text, width)
  const padding = ' '.repeat(Math.max(width - stringWidth(cut), 0))
  return align === 'right' ? padding + cut : cut + padding
}
