import { existsSync } from 'node:fs'

import { SwathError } from '../errors.ts'
import { sqlitePath } from './location.ts'
import type { Salvage, Store, StoreAccess } from './store.ts'

/** Opens `sqlite:path`, or a plain path. */
export async function openStore(location: string, access: StoreAccess): Promise<Store> {
  const path = sqlitePath(location)
  if (access !== 'write') refuseMissingStore(location)
  const { openSqlite } = await import('./sqlite.ts')
  return openSqlite(path, access)
}

/** Opens a store for as long as `use` needs it; what goes wrong with its database is thrown as SwathError('store'). */
export async function withStore<T>(
  location: string,
  access: StoreAccess,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(location, access)
  try {
    return await use(store)
  } catch (error) {
    throw store.explain(error)
  } finally {
    await store.close()
  }
}

/**
 * Copies what can be read of a damaged store into a sound one in its place; the damaged one is kept beside it.
 *
 * @throws SwathError('store') if nothing of it can be read; it is as it was then
 */
export async function salvageStore(location: string): Promise<Salvage> {
  refuseMissingStore(location)
  const { replaceDamaged } = await import('./sqlite/replace-damaged.ts')
  return replaceDamaged(sqlitePath(location))
}

/** Throws SwathError('not-found') if there is no store: cheaper than to find out by opening it. */
export function refuseMissingStore(location: string): void {
  const path = sqlitePath(location)
  if (existsSync(path)) return
  throw new SwathError('not-found', `there is no store at ${path}`, {
    hint: 'run a sweep first (swath run FILE), or name another with --store sqlite:<file>',
  })
}
