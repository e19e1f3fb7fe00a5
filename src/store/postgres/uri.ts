/** A URI of PostgreSQL's, taken apart. */
export interface Uri {
  readonly hosts: readonly { readonly host: string; readonly port: string }[]
  readonly user: string
  readonly password: string
  readonly database: string
  readonly parameters: ReadonlyMap<string, string>
}

/**
 * Takes a URI apart as libpq does: several hosts, a password in which only `@` and `/` have to be encoded, no fragment.
 * @throws Error with what is wrong, without quoting any part of it
 */
export function parseUri(location: string): Uri {
  const rest = location.replace(/^\w+:\/\//, '')
  if (rest === location) throw new Error('it has no // after its scheme')
  const [, credentials, from = rest] = /^([^@/]*)@(.*)$/s.exec(rest) ?? []
  const [, user = '', password = ''] = /^([^:]*):?(.*)$/s.exec(credentials ?? '') ?? []
  const [, places = '', path = '', query = ''] = /^((?:\[[^\]]*\]|[^/?])*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(from) ?? []
  const parameters = new Map(query === '' ? [] : query.split('&').map(parameter))
  const taken = (name: string, otherwise: string) => {
    const value = parameters.get(name) ?? decoded(otherwise)
    parameters.delete(name)
    return value
  }
  const authority = {
    user: taken('user', user),
    password: taken('password', password),
    database: taken('dbname', path),
  }
  return { ...authority, hosts: hostsOf(places, parameters), parameters }
}

function hostsOf(places: string, parameters: Map<string, string>): Uri['hosts'] {
  const inUri = places.split(/,(?![^[]*\])/).map((place) => {
    const [, bracketed, plain = '', port = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/s.exec(place) ?? []
    return { host: decoded(bracketed ?? plain), port: decoded(port) }
  })
  const hosts = parameters.get('host')?.split(',') ?? inUri.map(({ host }) => host)
  const ports = parameters.get('port')?.split(',') ?? inUri.map(({ port }) => port)
  for (const name of ['host', 'port']) parameters.delete(name)
  if (ports.length !== 1 && ports.length !== hosts.length)
    throw new Error('it has another number of ports than of hosts')
  if (ports.some((port) => !/^\d*$/.test(port) || Number(port) > 65_535)) {
    throw new Error('a port is no number (in a password, @ is written %40 and / is written %2F)')
  }
  return hosts.map((host, k) => ({ host, port: ports[ports.length === 1 ? 0 : k] ?? '' }))
}

function parameter(text: string): [name: string, value: string] {
  const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? []
  if (value === undefined) throw new Error('a parameter has no value')
  return [decoded(name), decoded(value)]
}

function decoded(text: string): string {
  if (/%(?![0-9a-f]{2})/i.test(text)) throw new Error('a % in it stands for itself, and is written %25')
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error('what is encoded in it with % is not UTF-8')
  }
}
