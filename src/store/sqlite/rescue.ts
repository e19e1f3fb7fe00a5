import { homedir, tmpdir } from 'node:os'
import { basename, dirname } from 'node:path'
import { existsSync, rmSync } from 'node:fs'

import { messageOf, SwathError } from '../../errors.ts'
import { createWithRights, type Rights } from '../../file-rights.ts'
import type { Database } from '../../sqlite/database.ts'
import { flush } from '../../write-flushed.ts'
import { freeName } from './copy.ts'
import type { Displacement, OpenNames } from './names.ts'
import { pathFrom } from '../../path-below.ts'

/** A database that lost its name, and what is known of it. */
export interface Lost {
  /** As the user named it. */
  readonly given: string
  readonly path: string
  readonly names: OpenNames
  readonly rights: Rights
  /** False where this process has written nothing: then there is nothing of its own to save. */
  readonly isWritten: boolean
}

/**
 * Saves what a database holds whose names are gone or stand for other files: the open files still have all of it.
 * @returns the error to end with, which says what happened and where the data is
 */
export function rescue(database: Database, displacement: Displacement, lost: Lost): SwathError {
  const { given, path } = lost
  const { what, isWhole, path: now } = displacement
  const store = `${given} ${what} while it was open`
  if (!lost.isWritten) return new SwathError('store', store, { hint: 'run the same command again once it is there' })
  if (isWhole) {
    return new SwathError('store', `${store}; all that was reported is in ${now ?? path}`, {
      hint: `go on with it: swath resume --store sqlite:${now ?? path}`,
    })
  }
  const failures: string[] = []
  for (const folder of foldersFor(path, now)) {
    const target = freeName(pathFrom(folder, `${basename(path)}.rescued`))
    try {
      save(database, target, lost.rights)
    } catch (error) {
      failures.push(`${target}: ${messageOf(error)}`)
      rmSync(target, { force: true })
      continue
    }
    removeLog(lost)
    return new SwathError('store', `${store}; all that was reported is saved in ${target}`, {
      hint: adviceFor(path, target),
    })
  }
  return new SwathError('store', `${store}, and what was reported cannot be saved (${failures.join('; ')})`, {
    hint: 'look after the disk, and put a backup in its place',
  })
}

/** Beside the database, else in the nearest folder above it that is left. */
function foldersFor(path: string, now: string | undefined): Set<string> {
  const folders = [dirname(path), ...(now === undefined ? [] : [dirname(now)]), ...ancestorsOf(dirname(path))]
  return new Set([...folders, homedir(), tmpdir()].filter((folder) => existsSync(folder)))
}

function ancestorsOf(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [] : [parent, ...ancestorsOf(parent)]
}

function save(database: Database, target: string, rights: Rights): void {
  createWithRights(target, rights)
  database.exec(`vacuum into '${target.replaceAll("'", "''")}'`)
  flush(target)
  flush(dirname(target))
}

/** A log that stays would be taken for that of the next database of this name, and damage it. */
function removeLog({ path, names }: Lost): void {
  for (const file of [`${path}-wal`, `${path}-shm`]) if (names.isOwn(file)) rmSync(file, { force: true })
}

function adviceFor(path: string, target: string): string {
  const first = existsSync(path) ? `move ${path} away, then ` : ''
  return `${first}mv ${target} ${path}, then \`swath resume\``
}
