import { formatCount, formatPercent } from './format.ts'
import { columnsOf, textTable, type TableOptions, type TableRow } from './text-table.ts'

/** More classes than this make no table that anybody can read: their most frequent confusions are listed. */
const mostClasses = 20
const listed = 15

/**
 * How often each class (row) was taken for each (column), and how much of each class was recognized.
 * @param confusion `[true class][predicted class]`
 */
export function confusionTable(
  confusion: readonly (readonly number[])[],
  classNames: readonly string[],
  options: TableOptions,
): string {
  if (classNames.length > mostClasses) return mostConfused(confusion, classNames, options)
  const none = options.unicode === false ? '.' : '·'
  const rows = confusion.map((counts, label): TableRow => {
    const total = counts.reduce((sum, count) => sum + count, 0)
    return {
      'is \\ seen as': classNames[label],
      ...Object.fromEntries(counts.map((count, k) => [column(k, classNames), count === 0 ? none : formatCount(count)])),
      right: total === 0 ? null : formatPercent((counts[label] ?? 0) / total),
    }
  })
  return rightAligned(rows, options)
}

function mostConfused(
  confusion: readonly (readonly number[])[],
  classNames: readonly string[],
  options: TableOptions,
): string {
  const pairs = confusion.flatMap((counts, label) =>
    counts.flatMap((count, k) =>
      k === label || count === 0 ? [] : [{ is: classNames[label], 'seen as': classNames[k], images: count }],
    ),
  )
  return rightAligned(pairs.sort((a, b) => b.images - a.images).slice(0, listed), options)
}

function rightAligned(rows: readonly TableRow[], options: TableOptions): string {
  const columns = columnsOf(Object.keys(rows[0] ?? {}), rows)
  return textTable(
    columns.map((each) => ({ ...each, align: 'right' })),
    rows,
    options,
  )
}

/** A row object's keys that are whole numbers would come first. */
function column(k: number, classNames: readonly string[]): string {
  return ` ${classNames[k] ?? k}`
}
