import { SwathError } from '../errors.ts'
import type { SweepRow } from './schema.ts'
import type { Store } from './store.ts'
import { newestSweep, sweepNamed } from './sweeps.ts'

/** The sweep of this name, or the newest one. Throws SwathError('not-found'). */
export async function findSweep(store: Store, name: string | undefined): Promise<SweepRow> {
  const sweep = name === undefined ? await newestSweep(store.db) : await sweepNamed(store.db, name)
  if (sweep !== undefined) return sweep
  const message = name === undefined ? 'the store holds no sweep yet' : `there is no sweep ${name} in ${store.location}`
  throw new SwathError('not-found', message, { hint: '`swath list` shows what there is' })
}
