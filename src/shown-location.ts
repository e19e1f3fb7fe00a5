/** Query parameters that a URL may be shown with. Any other may be a secret, whatever its name. */
const shownParameters = new Set([
  ...['schema', 'host', 'port', 'user', 'dbname', 'application_name', 'connect_timeout', 'target_session_attrs'],
  ...['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'passfile', 'service', 'uselibpqcompat'],
])

const scheme = /^\s*([a-z][a-z0-9+.-]*):\/\//i
/** A key such as `password`, `sslpassword`, `pwd` or `secret_key`, and its equals sign. */
const secretKey = /[\w-]{0,64}(?:pass(?:word|wd|phrase)?|pwd|secret|token)[\w-]{0,64}\s{0,8}=/i

/**
 * Returns a location as messages may show it, without a password: a URL of any scheme, one behind `sqlite:` or `jdbc:`,
 * libpq's `host=… password=…`, or a path. A URL that cannot be taken apart for certain is cut after its scheme: a password
 * that was not encoded may hold any character.
 */
export function shownLocation(location: string): string {
  const outer = /^\s*(?:sqlite|jdbc):(?=\s*[a-z][a-z0-9+.-]*:)/i.exec(location)?.[0]
  if (outer !== undefined) return outer.trim() + shownLocation(location.slice(outer.length))
  const isUrl = (scheme.test(location) && !/^sqlite:\/\/\//i.test(location)) || /^\s*postgres(ql)?:/i.test(location)
  if (isUrl) return shownUrl(location.trim())
  // A URL that lacks a slash or a scheme, or libpq's form, which names no store here.
  const begin = /^\s*(?:sqlite:|[a-z][a-z0-9+.-]*:(?=\/))?/i.exec(location)?.[0] ?? ''
  const rest = location.slice(begin.length)
  const colon = rest.search(/:.*@/s)
  if (colon >= 0) return `${begin}${rest.slice(0, colon)}…`
  // What looks like a scheme can be a user, and the slash the first character of the password.
  if (begin.trim() !== '' && !/^\s*sqlite:/i.test(begin) && rest.includes('@')) return `${begin}…`
  const key = secretKey.exec(location)
  return key === null ? location : `${location.slice(0, key.index + key[0].length)}…`
}

function shownUrl(url: string): string {
  const parts = /^([\w+.-]+:\/\/)(?:([^:@/?#]*)(?::[^@/?#]*)?@)?([^@/?#]*)((?:\/[^@?#]*)?)(?:\?([^@#]*))?$/.exec(url)
  if (parts === null || !areHosts(parts[3] ?? '')) return `${url.replace(/:.*/s, '')}://…`
  const [, start = '', user = '', host = '', path = '', query = ''] = parts
  const parameters = query.split('&').filter((each) => shownParameters.has(each.replace(/=.*/s, '')))
  const asked = parameters.length === 0 ? '' : `?${parameters.join('&')}`
  return `${start}${user === '' ? '' : `${user}@`}${host}${path}${asked}`
}

/** True for `host`, `host:port`, `[::1]:port`, several with commas, or nothing; false for a password whose @ is missing. */
function areHosts(authority: string): boolean {
  return authority.split(',').every((host) => /^(\[[^\]]*\]|[^:\s]*)(:\d*)?$/.test(host))
}

/**
 * A URL with a user and a password, which ends at the last @ of its line, and any of PostgreSQL's. Repetitions are bounded: a
 * message of any length is read in time that is linear in it.
 */
const urls =
  /\b[a-z][a-z0-9+.-]{0,31}:\/\/(?!\/)[^\s/:@]{0,255}:[^\n]{0,1023}@[^\s"'`)]*|\bpostgres(?:ql)?:\/\/[^\s"'`)]*/gi
const assignments =
  /([\w-]{0,64}(?:pass(?:word|wd|phrase)?|pwd)\s{0,8}=\s*)(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")?[^\s&]*/gi

/** Returns a message, often of a library, without the passwords of the locations in it. */
export function withoutPasswords(message: string): string {
  return message.replaceAll(urls, shownLocation).replaceAll(assignments, '$1…')
}
