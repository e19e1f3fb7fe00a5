import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { messageOf, SwathError } from '../errors.ts'
import { packageRoot } from '../package-root.ts'
import type { Store } from '../store/store.ts'
import type { FormatOptions } from './format-options.ts'
import { printRows } from './print-rows.ts'

/** The statement in a file; the example queries that come with swath are found from any folder. */
export function readQuery(path: string): string {
  const packaged = join(packageRoot, path)
  try {
    return readFileSync(!existsSync(path) && existsSync(packaged) ? packaged : path, 'utf8')
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
    .sort((a, b) => b.kind.localeCompare(a.kind) || a.name.localeCompare(b.name))
  printRows(rows, { ...format, columns: ['name', 'kind', 'columns'], empty: 'No tables.' })
}
