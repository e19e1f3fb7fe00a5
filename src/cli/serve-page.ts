import { once } from 'node:events'

import { findSqliteDriver } from '../setup/sqlite.ts'
import { isPostgres } from '../store/location.ts'
import { withStore } from '../store/open.ts'
import { serve, type Served } from '../server/serve.ts'
import { interruptSignal } from './interrupt.ts'
import { openInBrowser } from './open-in-browser.ts'
import { superuserWarning } from './superuser-warning.ts'
import { colors } from './terminal.ts'

interface PageOptions {
  readonly location: string
  readonly host: string
  readonly port: number
  /** Undefined for a new random one, false for none at all. */
  readonly token: string | false | undefined
  readonly allowedHosts: readonly string[]
  readonly open: boolean
}

/** Serves the page until Ctrl-C. Creates a store that does not exist: the page can start its first sweep. */
export async function servePage({ location, open, ...options }: PageOptions): Promise<void> {
  if (!isPostgres(location) && findSqliteDriver() === undefined) {
    const { setupProgress } = await import('./display/setup-progress.ts')
    const { storeDriverFor } = await import('../setup/setup.ts')
    await storeDriverFor(location, await setupProgress())
  }
  await withStore(location, 'write', async (store) => {
    const served = await serve({ store, location, folder: process.cwd(), ...options })
    say(`${colors.bold(shownAddress(served, options))}  ${colors.dim(`the page of ${store.location}; Ctrl-C ends it`)}`)
    for (const line of warnings(served, options)) say(line)
    if (store.isSuperuser === true) say(superuserWarning)
    const forget = open ? openInBrowser(served.entrance) : undefined
    const interrupt = interruptSignal({ onFirst: () => undefined, onSecond: () => undefined })
    const ending = AbortSignal.any([interrupt.signal, store.lost])
    if (!ending.aborted) await once(ending, 'abort')
    forget?.()
    await served.close()
    interrupt.release()
    store.lost.throwIfAborted()
  })
}

/** A token that the user set is not printed: output is kept in logs. */
function shownAddress({ url, entrance }: Served, { token }: Pick<PageOptions, 'token'>): string {
  return token === undefined ? entrance : url
}

function warnings({ isLocal }: Served, { token }: Pick<PageOptions, 'token'>): string[] {
  const others = isLocal ? 'every user of this machine' : 'every machine that reaches this one'
  return [
    ...(token === false
      ? [`--no-token: ${others} can run programs here as you, and read and delete all results.`]
      : []),
    ...(typeof token === 'string' ? ['It asks for the token that you set.'] : []),
    ...(isLocal
      ? []
      : [
          'Clients that know the token can run programs here. It is plain HTTP: put TLS in front before it leaves your network,',
          'as with `caddy reverse-proxy --from sweeps.example.org --to :7020` and --allow-host sweeps.example.org.',
        ]),
  ]
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
