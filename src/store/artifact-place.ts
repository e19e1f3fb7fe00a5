import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import { SwathError } from '../errors.ts'
import { isPostgres } from './location.ts'
import { refuseLiveRuns } from './runs.ts'
import type { Schema } from './schema.ts'
import type { Store } from './store.ts'

/** Where the artifacts of a store on a server are; undefined if in its database. */
export async function artifactPlaceOf(db: Kysely<Schema>): Promise<string | undefined> {
  return (await db.selectFrom('artifact_place').select('location').executeTakeFirst())?.location
}

/** What `--artifacts` says for a store's own database. */
const inDatabase = 'database'

/**
 * Returns the place that a choice means: one in a folder of its own below it, since stores have the same names for their
 * files. Undefined for the store's database.
 *
 * @param wanted `s3://bucket/prefix`, or `database`
 * @throws SwathError('usage') if there can be none, or there are artifacts elsewhere already
 */
export async function placeFor(store: Store, wanted: string): Promise<string | undefined> {
  const base = wanted.replace(/\/+$/, '')
  if (base !== inDatabase && !/^s3:\/\/[^/:@?]+(\/[^/?]+)*$/.test(base)) {
    throw new SwathError('usage', `--artifacts ${wanted}: expected s3://bucket/prefix, or ${inDatabase}`, {
      hint: 'without it they are in the database of a store on a server, and beside a store that is a file',
    })
  }
  if (!isPostgres(store.location)) {
    throw new SwathError('usage', `--artifacts ${wanted}: a store that is a file keeps its artifacts beside it`, {
      hint: 'elsewhere they can be for a store on a server: --store postgres://…',
    })
  }
  const known = await artifactPlaceOf(store.db)
  if (isBelow(known, base)) return known
  await refuseMove(store.db, store, known)
  return base === inDatabase ? undefined : `${base}/swath-${randomUUID().slice(0, 8)}`
}

/**
 * Keeps a place that has been tried. Every process that opens the store goes by it.
 *
 * @throws SwathError('usage') if there are artifacts elsewhere by now, SwathError('sweep-busy') while a process trains
 */
export async function keepArtifactPlace(store: Store, location: string | undefined): Promise<void> {
  await store.db.transaction().execute(async (transaction) => {
    const known = await artifactPlaceOf(transaction)
    if (known === location) return
    await refuseMove(transaction, store, known)
    await transaction.deleteFrom('artifact_place').execute()
    if (location !== undefined) await transaction.insertInto('artifact_place').values({ location }).execute()
  })
}

/** True if the place is one that `base` means. */
function isBelow(known: string | undefined, base: string): boolean {
  return known === undefined ? base === inDatabase : known.replace(/\/[^/]*$/, '') === base
}

async function refuseMove(db: Kysely<Schema>, store: Store, known: string | undefined): Promise<void> {
  // A process that trains has opened the place of before, and would go on writing to it.
  await refuseLiveRuns(db, store.now())
  const named = await db.selectFrom('artifacts').select('id').limit(1).executeTakeFirst()
  if (named === undefined) return
  throw new SwathError('usage', `${store.location} keeps its artifacts in ${known ?? 'its database'} already`, {
    hint: 'leave --artifacts and SWATH_ARTIFACTS out, or use another store',
  })
}
