import { existsSync } from 'node:fs'

import { SwathError } from '../errors.ts'
import { isPostgres, sqlitePath } from './location.ts'
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
