import { countFinalMetrics } from '../../../db/final-metrics.ts'
import type { Database, Row, Statement } from '../../sqlite/database.ts'
import { isDamage } from './check.ts'

/** Others name their rows. */
const parents: readonly string[] = ['sweeps', 'trials']

/**
 * Who coordinated a sweep is not worth keeping, nobody does now; which migrations there were, the sound one knows. What
 * follows from other rows is worked out from those that could be read.
 */
const leftOut: readonly string[] = [
  ...['coordinators', 'kysely_migration', 'kysely_migration_lock'],
  ...['final_metrics', 'state_counts'],
]

/** Where a table does not say how far its rows go. */
const furtherTries = 10_000

const jsonColumns = ['definition', 'settings', 'params']

/**
 * Copies what can be read of each table, row by row where it has to be; returns how many rows of each. What names a row
 * that could not be read is copied too.
 */
export function copyReadable(damaged: Database, sound: Database): Record<string, number> {
  sound.pragma('foreign_keys = OFF')
  sound.exec('begin')
  const copied = tablesOf(sound).map((table) => [table.name, copyTable(damaged, sound, table)] as const)
  sound.exec(countFinalMetrics)
  sound.exec('commit')
  return Object.fromEntries(copied)
}

interface Table {
  readonly name: string
  /** False where the table is its own key, and holds the rows of a trial or a sweep next to each other. */
  readonly isNumbered: boolean
}

/** Parents before children. */
function tablesOf(sound: Database): Table[] {
  const all = sound.pragma('table_list') as unknown as { schema: string; name: string; type: string; wr: number }[]
  return all
    .filter(({ schema, name, type }) => {
      return schema === 'main' && type === 'table' && !name.startsWith('sqlite_') && !leftOut.includes(name)
    })
    .map(({ name, wr }) => ({ name, isNumbered: wr === 0 }))
    .sort((a, b) => rank(a) - rank(b))
}

function rank({ name }: Table): number {
  return parents.includes(name) ? parents.indexOf(name) : parents.length
}

function copyTable(damaged: Database, sound: Database, table: Table): number {
  const known = columnsOf(damaged, table.name)
  const columns = columnsOf(sound, table.name).filter((column) => known.includes(column))
  if (columns.length === 0) return 0
  const insert = sound.prepare(
    `insert or ignore into ${table.name} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
  )
  const rows = table.isNumbered ? rowsByNumber(damaged, table.name) : rowsByParent(damaged, sound, table.name)
  let copied = 0
  for (const row of rows) {
    if (!jsonColumns.every((column) => row[column] === undefined || isJson(row[column]))) continue
    try {
      copied += Number(insert.run(columns.map((column) => row[column])).changes)
    } catch {
      // Its values are not what the table allows: they are part of the damage.
    }
  }
  return copied
}

/** From both ends as far as it goes; between, each row on its own. */
function* rowsByNumber(database: Database, table: string): Generator<Row> {
  const select = (rest: string) =>
    database.prepare(`select rowid as salvaged_number, * from ${table} not indexed ${rest}`)
  const upwards = untilDamage(select('order by rowid'), [])
  let first = 0
  let next = upwards.next()
  for (; next.done !== true; next = upwards.next()) {
    yield next.value
    first = Number(next.value.salvaged_number)
  }
  if (next.value === 'whole') return

  let last: number | undefined
  for (const row of untilDamage(select('where rowid > ? order by rowid desc'), [first])) {
    yield row
    last = Number(row.salvaged_number)
  }
  last ??= Math.max(lastNumberGiven(database, table), first + furtherTries)
  const one = select('where rowid = ?')
  for (let number = first + 1; number < last; number++) yield* untilDamage(one, [number])
}

/** For each trial or sweep that was read, from both ends as far as it goes. */
function* rowsByParent(damaged: Database, sound: Database, table: string): Generator<Row> {
  const key = keyOf(sound, table)
  const parent = parents.find((name) => key[0] === `${name.slice(0, -1)}_id`)
  if (parent === undefined) throw new Error(`no rows of ${table} can be found: its key begins with no trial or sweep`)
  const select = (order: string) => {
    const ordered = key.map((column) => `${column} ${order}`).join(', ')
    return damaged.prepare(`select * from ${table} where ${key[0] ?? ''} = ? order by ${ordered}`)
  }
  const [upwards, downwards] = [select('asc'), select('desc')]
  for (const { id } of sound.prepare(`select id from ${parent}`).all()) {
    if ((yield* untilDamage(upwards, [id])) === 'damaged') yield* untilDamage(downwards, [id])
  }
}

function* untilDamage(query: Statement, values: readonly unknown[]): Generator<Row, 'whole' | 'damaged'> {
  try {
    yield* query.iterate(values)
    return 'whole'
  } catch (error) {
    if (isDamage(error)) return 'damaged'
    throw error
  }
}

function lastNumberGiven(database: Database, table: string): number {
  const query = database.prepare(`select seq from sqlite_sequence where name = '${table}'`)
  const [row] = untilDamage(query, [])
  return row === undefined ? 0 : Number(row.seq) + 1
}

export function columnsOf(database: Database, table: string): string[] {
  return (database.pragma(`table_info(${table})`) as unknown as { readonly name: string }[]).map(({ name }) => name)
}

function keyOf(database: Database, table: string): string[] {
  const columns = database.pragma(`table_info(${table})`) as unknown as { readonly name: string; readonly pk: number }[]
  const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk)
  return key.map(({ name }) => name)
}

function isJson(text: unknown): boolean {
  try {
    JSON.parse(String(text))
    return true
  } catch {
    return false
  }
}
