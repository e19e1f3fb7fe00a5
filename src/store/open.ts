import { existsSync } from 'node:fs'

import { SwathError } from '../errors.ts'
import { sqlitePath } from './location.ts'
import type { Store, StoreAccess } from './store.ts'

/** Opens `sqlite:path`, or a plain path. */
export async function openStore(location: string, access: StoreAccess): Promise<Store> {
  const path = sqlitePath(location)
  if (access === 'read') refuseMissingStore(location)
  const { openSqlite } = await import('./sqlite.ts')
  return openSqlite(path)
}

/** Throws SwathError('not-found') if there is no store: cheaper than to find out by opening it. */
export function refuseMissingStore(location: string): void {
  const path = sqlitePath(location)
  if (existsSync(path)) return
  throw new SwathError('not-found', `there is no store at ${path}`, {
    hint: 'run a sweep first (swath run FILE), or name another with --store sqlite:<file>',
  })
}
