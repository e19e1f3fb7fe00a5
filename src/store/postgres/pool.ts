import pg from 'pg'

import { beginSession } from './session.ts'
import { plainNumbers } from './types.ts'

/** One writes, the others ask: many hosts share a server that has a hundred connections. */
const most = 5

/** Opens a pool of connections that are made when they are needed, and made anew when the server was away. */
export function openPool(config: pg.ClientConfig, schema: string): pg.Pool {
  const { connectionTimeoutMillis = 0, ...rest } = config
  // The pool would count the time that is spent in waiting for a connection of its own.
  class Client extends pg.Client {
    constructor() {
      super({ ...rest, types: plainNumbers, connectionTimeoutMillis })
    }
  }
  const pool = new pg.Pool({
    ...{ max: most, Client },
    verify: (client, done) => {
      beginSession(client, schema).then(() => {
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
