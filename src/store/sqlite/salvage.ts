import type Database from 'better-sqlite3'

import { isDamage } from './check.ts'

/** Parents before children. Who coordinated a sweep is not worth keeping: nobody does now. */
const tables = ['sweeps', 'trials', 'attempts', 'metrics', 'superseded_metrics', 'artifacts', 'events'] as const

/** Tables that are their own key, and hold the rows of a trial next to each other. */
const keyedByTrial: readonly string[] = ['metrics', 'superseded_metrics']

/** Where a table does not say how far its rows go. */
const furtherTries = 10_000

const jsonColumns = ['definition', 'settings', 'params']

type Row = Record<string, unknown>

/**
 * Copies what can be read of each table, row by row where it has to be; returns how many rows of each. What names a row
 * that could not be read is copied too.
 */
export function copyReadable(damaged: Database.Database, sound: Database.Database): Record<string, number> {
  sound.pragma('foreign_keys = OFF')
  return sound.transaction(() =>
    Object.fromEntries(tables.map((table) => [table, copyTable(damaged, sound, table)] as const)),
  )()
}

function copyTable(damaged: Database.Database, sound: Database.Database, table: string): number {
  const known = columnsOf(damaged, table)
  const columns = columnsOf(sound, table).filter((column) => known.includes(column))
  if (columns.length === 0) return 0
  const insert = sound.prepare(
    `insert or ignore into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
  )
  const rows = keyedByTrial.includes(table)
    ? rowsByTrial(damaged, table, sound.prepare('select id from trials').pluck().all() as number[])
    : rowsByNumber(damaged, table)
  let copied = 0
  for (const row of rows) {
    if (!jsonColumns.every((column) => row[column] === undefined || isJson(row[column]))) continue
    try {
      copied += insert.run(...columns.map((column) => row[column])).changes
    } catch {
      // Its values are not what the table allows: they are part of the damage.
    }
  }
  return copied
}

/** From both ends as far as it goes; between, each row on its own. */
function* rowsByNumber(database: Database.Database, table: string): Generator<Row> {
  const select = (rest: string) => `select rowid as salvaged_number, * from ${table} not indexed ${rest}`
  let first = 0
  const upwards = untilDamage(database, select('order by rowid'))
  for (let next = upwards.next(); ; next = upwards.next()) {
    if (next.done === true) {
      if (next.value === 'whole') return
      break
    }
    yield next.value
    first = Number(next.value.salvaged_number)
  }
  let last: number | undefined
  for (const row of untilDamage(database, select('where rowid > ? order by rowid desc'), [first])) {
    yield row
    last = Number(row.salvaged_number)
  }
  last ??= Math.max(lastNumberGiven(database, table), first + furtherTries)
  for (let number = first + 1; number < last; number++)
    yield* untilDamage(database, select('where rowid = ?'), [number])
}

function* rowsByTrial(database: Database.Database, table: string, trialIds: readonly number[]): Generator<Row> {
  for (const id of trialIds) {
    yield* untilDamage(database, `select * from ${table} where trial_id = ? order by trial_id, name, epoch`, [id])
    yield* untilDamage(
      database,
      `select * from ${table} where trial_id = ? order by trial_id desc, name desc, epoch desc`,
      [id],
    )
  }
}

function* untilDamage(
  database: Database.Database,
  query: string,
  values: readonly number[] = [],
): Generator<Row, 'whole' | 'damaged'> {
  try {
    yield* database.prepare<number[], Row>(query).iterate(...values)
    return 'whole'
  } catch (error) {
    if (isDamage(error)) return 'damaged'
    throw error
  }
}

function lastNumberGiven(database: Database.Database, table: string): number {
  const [row] = untilDamage(database, `select seq from sqlite_sequence where name = '${table}'`)
  return row === undefined ? 0 : Number(row.seq) + 1
}

export function columnsOf(database: Database.Database, table: string): string[] {
  return (database.pragma(`table_info(${table})`) as { readonly name: string }[]).map(({ name }) => name)
}

function isJson(text: unknown): boolean {
  try {
    JSON.parse(String(text))
    return true
  } catch {
    return false
  }
}
