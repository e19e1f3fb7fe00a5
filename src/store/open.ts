import { SwathError } from '../errors.ts'
import type { Store, StoreAccess } from './store.ts'

/** Opens `sqlite:path`, or a plain path. */
export async function openStore(location: string, access: StoreAccess): Promise<Store> {
  if (/^postgres(ql)?:/.test(location)) {
    throw new SwathError('usage', `--store ${redacted(location)}: PostgreSQL is not supported yet`, {
      hint: 'use sqlite:<file>',
    })
  }
  const { openSqlite } = await import('./sqlite.ts')
  return openSqlite(location.replace(/^sqlite:(\/\/(?=\/))?/, ''), access)
}

/** A location without its password: errors are pasted into chats. */
function redacted(location: string): string {
  return location.replace(/\/\/[^@/]*@/, '//…@')
}
