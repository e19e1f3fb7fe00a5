import { existsSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'

import { SwathError } from '../errors.ts'
import { shownLocation } from '../shown-location.ts'
import { pathFrom } from '../path-below.ts'

/** True for `postgres://…` and `postgresql://…`; everything else names a file. */
export function isPostgres(location: string): boolean {
  return /^postgres(ql)?:/i.test(location)
}

/**
 * Returns the file that `sqlite:path`, or a plain path, names.
 *
 * @throws SwathError('usage') for a store that is no file. A name that looks like a URL with a password, and is no file that
 * is there, is refused here: messages print the names of files
 */
export function sqlitePath(location: string): string {
  if (isPostgres(location)) {
    throw new SwathError('usage', `${shownLocation(location)} is on a PostgreSQL server, and has no file`, {
      hint: 'name a store that is one: sqlite:<file>',
    })
  }
  const path = location.replace(/^sqlite:(\/\/(?=\/))?/i, '')
  const isOtherUrl = !/^sqlite:/i.test(location) && /^\s*[a-z][a-z0-9+.-]*:\/\//i.test(location)
  const holdsSecret = shownLocation(location) !== location && !existsSync(path)
  if (isOtherUrl || holdsSecret) {
    throw new SwathError('usage', `${shownLocation(location)} names no store`, {
      hint: 'a store is sqlite:<file> or postgres://user@host:5432/database',
    })
  }
  return path
}

/**
 * The file of a store, absolute and with all links followed, whether it exists or not. What belongs to a store is beside
 * this file, so two names of one store have the same log, lock and artifacts.
 *
 * @throws SwathError('usage') for a store that is no file
 */
export function storeFile(location: string): string {
  return followLinks(resolve(sqlitePath(location)), 0)
}

/** As many links as Linux follows. */
const mostLinks = 40

function followLinks(path: string, links: number): string {
  try {
    return realpathSync(path)
  } catch {
    const target = linkOf(path)
    const folder = dirname(path)
    if (folder === path || links >= mostLinks) return path
    const real = followLinks(folder, links + 1)
    return target === undefined ? pathFrom(real, basename(path)) : followLinks(pathFrom(real, target), links + 1)
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
