import { sql, type Kysely } from 'kysely'

/**
 * Whether a host is lost is computed when it is read: `hosts` becomes a view over the rows that hosts write, each with the
 * time when it counts as lost unless it is heard again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('hosts').renameTo('registered_hosts').execute()
  await db.schema
    .alterTable('registered_hosts')
    .addColumn('expires_at', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
  await sql`update registered_hosts set expires_at = heartbeat_at`.execute(db)
  await sql`update registered_hosts set state = 'active', reason = null where state = 'lost'`.execute(db)
}
