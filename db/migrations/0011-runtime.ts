import type { Kysely } from 'kysely'

/** What computed an attempt: the library, its version, and what of the processor decides its bits. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('attempts').addColumn('runtime', 'text').execute()
}
