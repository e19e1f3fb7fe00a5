import type { Kysely } from 'kysely'

/** Who deletes a trial has to find those that were trained on from it: without an index, by reading all of them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('trials_parent')
    .on('trials')
    .column('parent_id')
    .where('parent_id' as never, 'is not', null)
    .execute()
}
