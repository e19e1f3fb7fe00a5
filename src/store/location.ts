import { SwathError } from '../errors.ts'

/** True for `postgres://…` and `postgresql://…`; everything else names a file. */
export function isPostgres(location: string): boolean {
  return /^postgres(ql)?:/i.test(location)
}

/** The file that `sqlite:path`, or a plain path, names. @throws SwathError('usage') for a store that is no file */
export function sqlitePath(location: string): string {
  if (isPostgres(location)) {
    throw new SwathError('usage', `${shownLocation(location)} is on a PostgreSQL server, and has no file`, {
      hint: 'name a store that is one: sqlite:<file>',
    })
  }
  return location.replace(/^sqlite:(\/\/(?=\/))?/, '')
}

/** A location as it may be seen: without its password. Errors are pasted into chats. */
export function shownLocation(location: string): string {
  if (!isPostgres(location)) return location
  // What cannot be taken apart for certain is not shown: a password may have an @ or a / in it.
  const parts = /^(\w+:\/\/)(?:([^:@/?#]*)(?::[^@/?#]*)?@)?([^@/?#]*)((?:\/[^@?#]*)?)(?:\?([^@#]*))?$/.exec(location)
  if (parts === null || !hasPort(parts[3] ?? '')) return `${location.replace(/:.*/s, '')}://…`
  const [, scheme = '', user = '', host = '', database = '', query = ''] = parts
  const parameters = query.split('&').filter((each) => each !== '' && !/^(ssl)?password=/i.test(each))
  const asked = parameters.length === 0 ? '' : `?${parameters.join('&')}`
  return `${scheme}${user === '' ? '' : `${user}@`}${host}${database}${asked}`
}

/** Of `host`, `host:port`, `[::1]:port`, or nothing; a user and a password whose @ was forgotten are none. */
function hasPort(authority: string): boolean {
  return /^(\[[^\]]*\]|[^:]*)(:\d*)?$/.test(authority)
}
