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

/**
 * Keeps the user's choice of a place for a store's artifacts: in a folder of its own below it, since stores have the same
 * names for their files. Every process that opens the store goes by it.
 *
 * @param wanted `s3://bucket/prefix`
 * @throws SwathError('usage') if there can be none, or there are artifacts elsewhere already
 */
export async function chooseArtifactPlace(store: Store, wanted: string): Promise<void> {
  const { db, location } = store
  const base = wanted.replace(/\/+$/, '')
  if (!/^s3:\/\/[^/:@?]+(\/[^/?]+)*$/.test(base)) {
    throw new SwathError('usage', `--artifacts ${wanted}: expected s3://bucket/prefix`, {
      hint: 'without it they are in the database of a store on a server, and beside a store that is a file',
    })
  }
  if (!isPostgres(location)) {
    throw new SwathError('usage', `--artifacts ${wanted}: a store that is a file keeps its artifacts beside it`, {
      hint: 'elsewhere they can be for a store on a server: --store postgres://…',
    })
  }
  await db.transaction().execute(async (transaction) => {
    const known = await artifactPlaceOf(transaction)
    if (known?.replace(/\/[^/]*$/, '') === base) return
    // A process that trains has opened the place of before, and would go on writing to it.
    await refuseLiveRuns(transaction, store.now())
    const named = await transaction.selectFrom('artifacts').select('id').limit(1).executeTakeFirst()
    if (named !== undefined) {
      throw new SwathError('usage', `${location} keeps its artifacts in ${known ?? 'its database'} already`, {
        hint: 'leave --artifacts and SWATH_ARTIFACTS out, or use another store',
      })
    }
    await transaction.deleteFrom('artifact_place').execute()
    const own = `${base}/swath-${randomUUID().slice(0, 8)}`
    await transaction.insertInto('artifact_place').values({ location: own }).execute()
  })
}
