import { findSqliteDriver } from '../setup/sqlite.ts'
import { isPostgres } from '../store/location.ts'
import { refuseMissingStore, withStore } from '../store/open.ts'
import type { Store, StoreAccess } from '../store/store.ts'

/** Opens a store that exists for as long as `use` needs it; `change` where it has to be written. */
export async function withExistingStore(
  location: string,
  access: Extract<StoreAccess, 'read' | 'change'>,
  use: (store: Store) => Promise<void>,
): Promise<void> {
  await prepareStore(location)
  await withStore(location, access, use)
}

/** Building the SQLite driver takes a minute the first time: the user is shown that it does. */
export async function prepareStore(location: string): Promise<void> {
  refuseMissingStore(location)
  if (isPostgres(location) || findSqliteDriver() !== undefined) return
  const { setupProgress } = await import('./display/setup-progress.ts')
  const { storeDriverFor } = await import('../setup/setup.ts')
  await storeDriverFor(location, await setupProgress())
}
