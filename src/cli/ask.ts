import { existsSync } from 'node:fs'

import { messageOf, SwathError } from '../errors.ts'
import { packageRoot } from '../package-root.ts'
import { pathFrom } from '../path-below.ts'
import { readText } from '../read-text.ts'
import type { Store } from '../store/store.ts'
import type { FormatOptions } from './format-options.ts'
import { printRows } from './print-rows.ts'
import { colors, terminalWidth } from './terminal.ts'

const mostBytes = 2 ** 20

/** The statement in a file; the example queries that come with swath are found from any folder. */
export function readQuery(path: string): string {
  const packaged = pathFrom(packageRoot, path)
  try {
    return readText(!existsSync(path) && existsSync(packaged) ? packaged : path, mostBytes)
  } catch (error) {
    throw new SwathError('not-found', `cannot read the query ${path}: ${messageOf(error)}`, { cause: error })
  }
}

/** Prints every view and table with its columns. */
export async function describeViews(store: Store, format: FormatOptions): Promise<void> {
  const tables = await store.db.introspection.getTables()
  const rows = tables
    .map(({ name, isView, columns }) => ({
      name,
      kind: isView ? 'view' : 'table',
      columns: columns.map((column) => column.name).join(', '),
    }))
    .sort((a, b) => b.kind.localeCompare(a.kind, 'en') || a.name.localeCompare(b.name, 'en'))
  if (format.json === true || format.csv === true) {
    printRows(rows, { ...format, empty: '' })
    return
  }
  const width = Math.min(terminalWidth() ?? 100, 100)
  for (const { name, kind, columns } of rows) {
    process.stdout.write(`${colors.bold(name)} ${colors.dim(kind)}\n${wrap(columns, width - 2)}\n`)
  }
}

/** Words in lines of at most `width`, indented. */
function wrap(text: string, width: number): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines.map((line) => `  ${line}`).join('\n')
}
