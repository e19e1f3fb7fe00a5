import { existsSync } from 'node:fs'

import { SwathError } from '../errors.ts'
import { isPostgres, sqlitePath, storeFile } from './location.ts'
import type { RoleNames } from '../../db/role-names.ts'
import type { RolePasswords } from './postgres/roles.ts'
import type { Salvage, Store, StoreAccess } from './store.ts'

/** Opens `sqlite:path`, a plain path, or `postgres://…`. */
export async function openStore(location: string, access: StoreAccess): Promise<Store> {
  if (isPostgres(location)) {
    const { openPostgres } = await import('./postgres.ts')
    return openPostgres(location, access)
  }
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
 * Makes the roles of a store on a server, and the store if it is not there yet; returns what the roles are called.
 *
 * @throws SwathError('usage') for a store that is a file
 */
export async function setUpRoles(location: string, passwords: RolePasswords): Promise<RoleNames> {
  if (!isPostgres(location)) {
    throw new SwathError('usage', `${location} is a file: who may use it, its permissions say`, {
      hint: 'name a store on a server: --store postgres://…',
    })
  }
  const { makeRoles } = await import('./postgres/roles.ts')
  const { schemaOf } = await import('./postgres/location.ts')
  return withStore(location, 'write', async (store) => {
    // Its schema, if it is not there yet: what is of nobody's cannot be given away.
    await (await store.openQueue?.())?.close()
    return makeRoles(store.db, schemaOf(location), passwords)
  })
}

/**
 * Copies what can be read of a damaged store into a sound one in its place; the damaged one is kept beside it.
 *
 * @throws SwathError('store') if nothing of it can be read; it is as it was then
 */
export async function salvageStore(location: string): Promise<Salvage> {
  refuseMissingStore(location)
  const { replaceDamaged } = await import('./sqlite/replace-damaged.ts')
  return replaceDamaged(storeFile(location))
}

/**
 * Throws SwathError('not-found') if there is no store: cheaper than to find out by opening it. What is on a server shows
 * only when it is opened.
 */
export function refuseMissingStore(location: string): void {
  if (isPostgres(location)) return
  const path = sqlitePath(location)
  if (existsSync(path)) return
  throw new SwathError('not-found', `there is no store at ${path}`, {
    hint: 'run a sweep first (swath run FILE), or name another with --store sqlite:<file>',
  })
}
