import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  linkSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'

import { messageOf, SwathError } from '../../errors.ts'
import { copyWithRights, createWithRights, rightsOf } from '../../file-rights.ts'
import { sqliteDriver } from '../../setup/sqlite.ts'
import type { Database, SqliteDriver } from '../../sqlite/database.ts'
import { openDatabase } from '../../sqlite/open-database.ts'
import { flush } from '../../write-flushed.ts'
import { openSqlite } from '../sqlite.ts'
import type { Salvage } from '../store.ts'
import { isDamage } from './check.ts'
import { freeName, logsOf, makeWhole } from './copy.ts'
import { columnsOf, copyReadable } from './salvage.ts'

/** A header that promises more is damaged itself. */
const mostBytes = 2 ** 40

/**
 * Puts a sound database with all that can be read in the place of a damaged one, which is kept beside it with its log.
 * Until it is kept nothing of it is touched; whatever is read is read from a copy.
 */
export async function replaceDamaged(path: string): Promise<Salvage> {
  const driver = await sqliteDriver()
  const kept = freeName(`${path}.damaged`)
  let rows: Record<string, number> = {}
  await makeWhole(
    path,
    async (aside) => {
      createWithRights(aside, rightsOf(path))
      await (await openSqlite(aside, 'write')).close()
      rows = salvage(path, aside, driver)
    },
    () => {
      keep(path, kept)
    },
  )
  return { kept, rows }
}

function salvage(path: string, aside: string, driver: SqliteDriver): Record<string, number> {
  const copy = `${aside}.read`
  const sound = openDatabase(driver, aside)
  let damaged: Database | undefined
  try {
    for (const ending of ['', '-wal']) {
      // Another user who may write to the folder can put a link of this name there: it must not be followed.
      const mode = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL
      if (existsSync(`${path}${ending}`)) copyFileSync(`${path}${ending}`, `${copy}${ending}`, mode)
    }
    lengthen(copy)
    damaged = openDatabase(driver, copy)
    readBrokenSchema(damaged)
    if (columnsOf(damaged, 'sweeps').length === 0) throw unreadable(path, 'it has lost its tables')
    return copyReadable(damaged, sound)
  } catch (error) {
    throw isDamage(error) ? unreadable(path, messageOf(error), error) : error
  } finally {
    damaged?.close()
    sound.close()
    for (const file of [copy, ...logsOf(copy)]) rmSync(file, { force: true })
  }
}

function unreadable(path: string, reason: string, cause?: unknown): SwathError {
  return new SwathError('store', `nothing of ${path} can be read (${reason})`, {
    hint: 'put a backup in its place (swath backup makes them), or start again in another file with --store',
    cause,
  })
}

/**
 * Where a part of the list of tables is damaged, SQLite refuses the first statement, and then goes by those that it read
 * before: tables come before views.
 */
function readBrokenSchema(database: Database): void {
  database.allowSchemaChanges()
  database.pragma('writable_schema = ON')
  try {
    database.pragma('table_info(sweeps)')
  } catch (error) {
    if (!isDamage(error)) throw error
  }
}

/** SQLite reads nothing of a file that is shorter than it says; with empty pages at its end it reads the others. */
function lengthen(path: string): void {
  const header = Buffer.alloc(100)
  const file = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW)
  try {
    if (readSync(file, header) < header.length) return
    const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16)
    const bytes = pageBytes * header.readUInt32BE(28)
    if (bytes > fstatSync(file).size && bytes < mostBytes) ftruncateSync(file, bytes)
  } finally {
    closeSync(file)
  }
}

/** Gives a database and its log other names, and takes the log away from where the sound one will be. */
function keep(path: string, kept: string): void {
  const [log = ''] = logsOf(path)
  for (const [from, to] of [
    [path, kept],
    [log, `${kept}-wal`],
  ] as const) {
    if ((statSync(from, { throwIfNoEntry: false })?.size ?? 0) > 0) linkOrCopy(from, to)
  }
  flush(dirname(path))
  for (const file of logsOf(path)) rmSync(file, { force: true })
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch {
    copyWithRights(from, to)
  }
}
