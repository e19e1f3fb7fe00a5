import { randomUUID } from 'node:crypto'
import { existsSync, lstatSync, rmSync } from 'node:fs'

import { messageOf, SwathError } from '../../errors.ts'
import type { Database, SqliteDriver } from '../../sqlite/database.ts'
import { openDatabase } from '../../sqlite/open-database.ts'
import { flush, renameFlushed } from '../../write-flushed.ts'

/**
 * Copies a database to a new file as it is at one moment.
 *
 * The read transaction keeps that moment. Without it every commit of another process makes SQLite begin the copy anew:
 * beside a writer that wrote once a step, it had not ended after 500 steps of what takes six.
 *
 * @param source a connection that nobody else uses
 */
export async function copyDatabase(source: Database, path: string): Promise<void> {
  source.exec('begin')
  try {
    source.prepare('select count(*) from sqlite_schema').all()
    await source.backup(path)
  } finally {
    source.exec('commit')
  }
}

/**
 * Has a database made under another name, and gives it its own when it is complete and on disk.
 * @param makeWay called just before, where there is a database of this name to be replaced
 */
export async function makeWhole(
  path: string,
  make: (aside: string) => Promise<void>,
  makeWay?: () => void,
): Promise<void> {
  const refuseOccupied = () => {
    if (!existsSync(path) || makeWay !== undefined) return
    throw new SwathError('store', `${path} is there already`, { hint: 'name another file, or replace it with --force' })
  }
  refuseOccupied()
  const aside = `${path}.${randomUUID()}`
  try {
    await make(aside)
    flush(aside)
    refuseOccupied()
    makeWay?.()
    // A log belongs to its database: the new one would be read with the changes of the old one.
    if (logsOf(path).some((log) => existsSync(log))) {
      throw new SwathError('store', `${path} is in use: it has a log beside it`, {
        hint: 'end what uses it, or name another file',
      })
    }
    renameFlushed(aside, path)
  } catch (error) {
    if (error instanceof SwathError) throw error
    throw new SwathError('store', `${path} can't be written: ${messageOf(error)}`, {
      hint: 'check that its folder is there, may be written, and has room',
      cause: error,
    })
  } finally {
    for (const file of [aside, ...logsOf(aside)]) rmSync(file, { force: true })
  }
}

/** Has the log that a process left beside a database written into it; a database that is in use keeps its log. */
export function settleLogs(path: string, driver: SqliteDriver): void {
  if (!logsOf(path).some((log) => existsSync(log))) return
  const database = openDatabase(driver, path)
  try {
    database.pragma('wal_checkpoint(truncate)')
  } finally {
    database.close()
  }
}

/** Returns a name that nothing has, not even a link that leads nowhere: this one, or with -2, -3, … */
export function freeName(path: string): string {
  let candidate = path
  for (let k = 2; lstatSync(candidate, { throwIfNoEntry: false }) !== undefined; k++) candidate = `${path}-${k}`
  return candidate
}

/** What SQLite keeps beside a database while it is open. */
export function logsOf(path: string): string[] {
  return [`${path}-wal`, `${path}-shm`, `${path}-journal`]
}
