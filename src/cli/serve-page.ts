import { findSqliteDriver } from '../setup/sqlite.ts'
import { isPostgres } from '../store/location.ts'
import { withStore } from '../store/open.ts'
import { serve } from '../server/serve.ts'
import { interruptSignal } from './interrupt.ts'
import { openInBrowser } from './open-in-browser.ts'
import { colors } from './terminal.ts'

interface PageOptions {
  readonly location: string
  readonly host: string
  readonly port: number
  readonly token: string | undefined
  readonly allowedHosts: readonly string[]
  readonly open: boolean
}

/** Serves the page until Ctrl-C. A store that is not there yet is made: the page can start its first sweep. */
export async function servePage({ location, open, ...options }: PageOptions): Promise<void> {
  if (!isPostgres(location) && findSqliteDriver() === undefined) {
    const { setupProgress } = await import('./display/setup-progress.ts')
    const { storeDriverFor } = await import('../setup/setup.ts')
    await storeDriverFor(location, await setupProgress())
  }
  await withStore(location, 'write', async (store) => {
    const served = await serve({ store, location, folder: process.cwd(), ...options })
    const say = (text: string) => process.stderr.write(`${text}\n`)
    say(`${colors.bold(served.url)}  ${colors.dim(`the page of ${store.location}; Ctrl-C ends it`)}`)
    if (!served.isLocal) {
      say(
        'Whoever has this address can run programs here. It is plain HTTP: put TLS in front before it leaves your network,',
      )
      say('as with `caddy reverse-proxy --from sweeps.example.org --to :7020` and --allow-host sweeps.example.org.')
    }
    if (open) openInBrowser(served.url)
    const interrupt = interruptSignal({ onFirst: () => undefined, onSecond: () => undefined })
    await new Promise<void>((resolve) => {
      interrupt.signal.addEventListener('abort', () => {
        resolve()
      })
    })
    await served.close()
    interrupt.release()
  })
}
