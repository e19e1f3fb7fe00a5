import pg from 'pg'

import { roleNames } from './role-names.ts'
import { plainNumbers } from './types.ts'

/** One writes, the others ask: many hosts share a server that has a hundred connections. */
const most = 5

const becomeOwner = `
  select set_config('role', rolname, false) from pg_roles where rolname = $1 and pg_has_role(oid, 'member')`

/** Connections that are made when they are needed, and made anew when the server was away. */
export function openPool(config: pg.ClientConfig, schema: string): pg.Pool {
  const { connectionTimeoutMillis = 0, ...rest } = config
  // The pool would count the time that is spent in waiting for a connection of its own.
  class Client extends pg.Client {
    constructor() {
      super({ ...rest, types: plainNumbers, connectionTimeoutMillis })
    }
  }
  const { owner } = roleNames(schema)
  const pool = new pg.Pool({
    ...{ max: most, Client },
    // What one owner makes is all owners'.
    verify: (client, done) => {
      client.query(becomeOwner, [owner]).then(() => {
        done()
      }, done)
    },
  })
  // A connection that is lost fails what it is asked next; while it is asked nothing there is nobody to tell.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => {
    client.on('error', () => undefined)
  })
  return pool
}
