import { findSqliteDriver } from '../setup/sqlite.ts'
import { isPostgres } from '../store/location.ts'
import { openStore, refuseMissingStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'

/** Opens a store that exists; `change` where it has to be written. */
export async function openExistingStore(location: string, access: 'read' | 'change' = 'read'): Promise<Store> {
  await prepareStore(location)
  return openStore(location, access)
}

/** Building the SQLite driver takes a minute the first time: the user is shown that it does. */
export async function prepareStore(location: string): Promise<void> {
  refuseMissingStore(location)
  if (isPostgres(location) || findSqliteDriver() !== undefined) return
  const { setupProgress } = await import('./display/setup-progress.ts')
  const { sqliteDriverFor } = await import('../setup/setup.ts')
  await sqliteDriverFor(await setupProgress())
}
