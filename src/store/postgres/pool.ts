import pg from 'pg'

import { Candidates, refuseWrongServer, type Candidate, type SessionAttributes } from './candidates.ts'
import { beginSession } from './session.ts'
import { plainNumbers } from './types.ts'

/** One writes, the others ask: many hosts share a server that has a hundred connections. */
const most = 5

/** Opens a pool of connections that are made when they are needed, and made anew when the server was away. */
export function openPool(all: readonly Candidate[], schema: string): pg.Pool {
  const candidates = new Candidates(all)
  class Client extends pg.Client {
    readonly wanted: SessionAttributes

    constructor() {
      const { config, wanted } = candidates.current
      super({ ...config, types: plainNumbers })
      this.wanted = wanted
    }
  }
  const begin = async (client: pg.PoolClient) => {
    await refuseWrongServer(client, (client as unknown as Client).wanted)
    await beginSession(client, schema)
  }
  const pool = new pg.Pool({
    // The pool itself would count the time that is spent in waiting for a connection of its own.
    ...{ max: most, Client },
    verify: (client, done) => {
      begin(client).then(() => {
        done()
      }, done)
    },
  })
  const connectOnce = pool.connect.bind(pool) as () => Promise<pg.PoolClient>
  pool.connect = function connect(callback?: Connected) {
    const connected = candidates.connect(() => connectOnce())
    if (callback === undefined) return connected
    connected.then(
      (client) => {
        callback(undefined, client, client.release.bind(client))
      },
      (error: unknown) => {
        callback(error as Error, undefined, () => undefined)
      },
    )
    return undefined
  } as typeof pool.connect
  // A connection that is lost fails what it is asked next; while it is asked nothing there is nobody to tell.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => {
    client.on('error', () => undefined)
  })
  return pool
}

type Connected = (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: Error) => void) => void
