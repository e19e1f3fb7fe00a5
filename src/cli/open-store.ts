import { findSqliteDriver } from '../setup/sqlite.ts'
import { openStore, refuseMissingStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'

/** Opens a store that exists. Building the SQLite driver takes a minute the first time: the user is shown that it does. */
export async function openExistingStore(location: string): Promise<Store> {
  refuseMissingStore(location)
  if (findSqliteDriver() === undefined) {
    const { setupProgress } = await import('./display/setup-progress.ts')
    const { sqliteDriverFor } = await import('../setup/setup.ts')
    await sqliteDriverFor(await setupProgress())
  }
  return openStore(location, 'read')
}
