import { networkInterfaces, hostname } from 'node:os'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { randomBytes } from 'node:crypto'

import { serve as listen } from '@hono/node-server'

import { SwathError } from '../errors.ts'
import type { Store } from '../store/store.ts'
import { createApp } from './app.ts'
import { Models } from './models/models.ts'
import { Runs } from './runs.ts'

export interface ServeOptions {
  readonly store: Store
  /** As after `--store`. */
  readonly location: string
  /** Where runs are started. */
  readonly folder: string
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  /** What clients have to know; undefined for a new random one, false for none at all. */
  readonly token: string | false | undefined
  /** Other names that this machine is asked by, as behind a proxy. */
  readonly allowedHosts: readonly string[]
}

export interface Served {
  /** The page's address, with a slash at the end. */
  readonly url: string
  /** What to open: the address with the token, if there is one. */
  readonly entrance: string
  readonly isLocal: boolean
  close(): Promise<void>
}

const loopback = ['localhost', '127.0.0.1', '::1']

/** Serves the page of a store. @throws SwathError('usage') if it cannot listen at the address */
export async function serve(options: ServeOptions): Promise<Served> {
  const { store, location, folder, host, port } = options
  const isLocal = loopback.includes(host)
  const token = options.token === false ? undefined : (options.token ?? randomBytes(24).toString('hex'))
  const hosts = new Set(
    [...loopback, host, ...options.allowedHosts, ...(isLocal ? [] : ownNames())].map((name) => name.toLowerCase()),
  )
  const runs = new Runs(store, location, folder)
  const models = new Models(location)
  // What answers questions is a process that takes a third of a second to start: the first who looks need not wait for it.
  void store.query('select 1').catch(() => undefined)
  const app = createApp({ store, runs, models, access: { token, hosts, isLocal } })
  const server = listen({ fetch: app.fetch, hostname: host, port })
  try {
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const what = code === 'EADDRINUSE' ? 'something else listens there' : String(code)
    throw new SwathError('usage', `cannot listen on ${host}:${port}: ${what}`, {
      hint: 'choose another with --port, or --port 0 for any that is free',
    })
  }
  const { port: taken } = server.address() as AddressInfo
  const named = host === '0.0.0.0' || host === '::' ? hostname() : host
  const url = `http://${named.includes(':') ? `[${named}]` : named}:${taken}/`
  return {
    ...{ url, isLocal },
    entrance: token === undefined ? url : `${url}?${new URLSearchParams({ token }).toString()}`,
    async close() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      await Promise.all([new Promise((resolve) => server.close(resolve)), runs.close(), models.close()])
    },
  }
}

/** What other machines may call this one. */
function ownNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? [])
  return [hostname(), ...addresses]
}
