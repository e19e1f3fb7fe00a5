import { stripVTControlCharacters } from 'node:util'

import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'

import { firstOf } from './enumerate.ts'
import { formatNumber } from './format.ts'
import { wrapText } from './wrap.ts'

export type TableCell = string | number | bigint | boolean | Uint8Array | null | undefined

export type TableRow = Readonly<Record<string, TableCell>>

export interface Column {
  readonly key: string
  readonly title: string
  readonly align: 'left' | 'right'
  /** Where not all fit, the least important columns go first, the last of equals; 0 if not given. */
  readonly importance?: number
}

export interface TableOptions {
  /** Columns of the terminal; undefined where nothing has to fit. */
  readonly width?: number | undefined
  /** False for a terminal without Unicode. */
  readonly unicode?: boolean
  /** Colours a finished line; -1 is the header. */
  readonly style?: (line: string, row: number) => string
}

interface Marks {
  readonly rule: string
  readonly missing: string
  readonly lineBreak: string
  readonly cut: string
}

const unicodeMarks: Marks = { rule: '─', missing: '–', lineBreak: ' ⏎ ', cut: '…' }
const asciiMarks: Marks = { rule: '-', missing: '-', lineBreak: ' / ', cut: '~' }

const gap = '  '
/** Text columns are cut down to this before a column is left out. */
const narrowest = 8
/** Characters of a cell that are shown at all; `--json` has the rest. */
const longestCell = 1_000

/** The columns of rows, numbers to the right. */
export function columnsOf(names: readonly string[], rows: readonly TableRow[]): Column[] {
  const isNumber = (value: TableCell) => value == null || typeof value === 'number' || typeof value === 'bigint'
  return names.map((key) => ({ key, title: key, align: rows.every((row) => isNumber(row[key])) ? 'right' : 'left' }))
}

/**
 * Rows as aligned text: a header, a rule, a line a row. On a terminal that is too narrow text is cut, then the least
 * important columns are left out and named below; a number is never cut, because a part of it would be another number.
 */
export function textTable(columns: readonly Column[], rows: readonly TableRow[], options: TableOptions = {}): string {
  return tableLines(columns, rows, options).join('\n')
}

/** The lines of {@link textTable}. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly TableRow[],
  { width, unicode = true, style = (line) => line }: TableOptions,
): string[] {
  const marks = unicode ? unicodeMarks : asciiMarks
  const all = columns.map((column) => measure(column, rows, marks))
  const shown = width === undefined ? all : leaveOut(all, width)
  const widths = shrink(shown, width === undefined ? Infinity : width - gap.length * (shown.length - 1))
  const line = (texts: readonly string[]) =>
    shown
      .map(({ column }, k) => fit(texts[k] ?? '', widths[k] ?? 0, column.align, marks))
      .join(gap)
      .trimEnd()
  const missing = all.filter((column) => !shown.includes(column)).map(({ title }) => title)
  const leftOut = missing.length === 0 ? [] : wrapText(`Too narrow for ${firstOf(missing, 10)}.`, width ?? Infinity)
  return [
    style(line(shown.map(({ title }) => title)), -1),
    style(widths.map((columnWidth) => marks.rule.repeat(columnWidth)).join(gap), -1),
    ...rows.map((_, k) => style(line(shown.map(({ cells }) => cells[k] ?? '')), k)),
    ...leftOut,
  ]
}

interface MeasuredColumn {
  readonly column: Column
  readonly title: string
  readonly cells: readonly string[]
  readonly natural: number
  /** What it needs to be of any use. */
  readonly least: number
}

function measure(column: Column, rows: readonly TableRow[], marks: Marks): MeasuredColumn {
  const cells = rows.map((row) => cellText(row[column.key], marks))
  const title = cellText(column.title, marks)
  const titleWidth = widthOf(title)
  const widest = cells.reduce((most, cell) => Math.max(most, widthOf(cell)), 0)
  const natural = Math.max(titleWidth, widest)
  const least =
    column.align === 'right' ? Math.max(widest, Math.min(titleWidth, narrowest)) : Math.min(natural, narrowest)
  return { column, title, cells, natural, least }
}

/** Columns in their order, without the least important ones if those do not fit. */
function leaveOut(columns: readonly MeasuredColumn[], width: number): readonly MeasuredColumn[] {
  const importance = ({ column }: MeasuredColumn) => column.importance ?? 0
  const kept = columns.toSorted((a, b) => importance(b) - importance(a))
  const needed = () => kept.reduce((sum, { least }) => sum + least + gap.length, -gap.length)
  while (kept.length > 1 && needed() > width) kept.pop()
  return columns.filter((column) => kept.includes(column))
}

/** Takes width from the widest columns until all fit. */
function shrink(columns: readonly MeasuredColumn[], available: number): number[] {
  const widths = columns.map(({ natural }) => natural)
  let excess = widths.reduce((sum, width) => sum + width, 0) - available
  while (excess > 0) {
    const spare = widths.map((width, k) => (width > (columns[k]?.least ?? 0) ? width : -1))
    const widest = spare.indexOf(Math.max(...spare))
    if ((spare[widest] ?? -1) < 0) break
    widths[widest] = (widths[widest] ?? 0) - 1
    excess--
  }
  return widths
}

function cellText(value: TableCell, { missing, lineBreak }: Marks): string {
  if (value === null || value === undefined) return missing
  if (typeof value === 'number') return formatNumber(value)
  if (value instanceof Uint8Array) return `${value.length} bytes`
  return oneLine(String(value).slice(0, longestCell), lineBreak)
}

/** What a program wrote must not move the cursor, break the line, or clear the screen. */
function oneLine(text: string, lineBreak: string): string {
  if (isPlain(text)) return text
  return stripVTControlCharacters(text)
    .replaceAll(/\s*\n\s*/g, lineBreak)
    .replaceAll(/\p{Cc}/gu, ' ')
}

function fit(text: string, width: number, align: 'left' | 'right', { cut }: Marks): string {
  const natural = widthOf(text)
  if (natural <= width) {
    return align === 'right' ? text.padStart(text.length + width - natural) : text.padEnd(text.length + width - natural)
  }
  return isPlain(text) ? text.slice(0, width - 1) + cut : cliTruncate(text, width, { truncationCharacter: cut })
}

/** Most cells are, and 100,000 rows of them need no table of Unicode to be measured. */
function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

function widthOf(text: string): number {
  return isPlain(text) ? text.length : stringWidth(text)
}
