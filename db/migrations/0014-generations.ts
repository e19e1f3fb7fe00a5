import { sql, type Kysely } from 'kysely'

/**
 * Numbers the sweeps of each file. The number is unique, so that two processes that start the same new file at once
 * cannot create two sweeps: only `--new` asks for the next number.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('sweeps')
    .addColumn('generation', 'integer', (column) => column.notNull().defaultTo(1))
    .execute()
  await sql`
    update sweeps set generation = (
      select count(*) from sweeps s where s.file_name = sweeps.file_name and s.id <= sweeps.id
    )`.execute(db)
  await db.schema.dropIndex('sweeps_file_name').execute()
  await db.schema.createIndex('sweeps_generation').unique().on('sweeps').columns(['file_name', 'generation']).execute()
}
