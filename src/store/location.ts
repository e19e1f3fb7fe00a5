import { SwathError } from '../errors.ts'
import { shownLocation } from '../shown-location.ts'

/** True for `postgres://…` and `postgresql://…`; everything else names a file. */
export function isPostgres(location: string): boolean {
  return /^postgres(ql)?:/i.test(location)
}

/** Returns the file that `sqlite:path`, or a plain path, names. @throws SwathError('usage') for a store that is no file */
export function sqlitePath(location: string): string {
  if (isPostgres(location)) {
    throw new SwathError('usage', `${shownLocation(location)} is on a PostgreSQL server, and has no file`, {
      hint: 'name a store that is one: sqlite:<file>',
    })
  }
  if (
    !/^sqlite:/i.test(location) &&
    (/^\s*[a-z][a-z0-9+.-]*:\/\//i.test(location) || /\bpassword\s*=/i.test(location))
  ) {
    throw new SwathError('usage', `${shownLocation(location)} names no store`, {
      hint: 'a store is sqlite:<file> or postgres://user@host:5432/database',
    })
  }
  return location.replace(/^sqlite:(\/\/(?=\/))?/, '')
}
