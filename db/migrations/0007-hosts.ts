import { sql, type Kysely } from 'kysely'

import { identity, isSqlite } from '../dialect.ts'

/** Who trains for a store that hosts share, and the programs that are sent to them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('hosts')
    .addColumn('id', 'integer', identity(db))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('pid', 'integer', (column) => column.notNull())
    .addColumn('process_start', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('capabilities', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) =>
      column.notNull().check(sql`state in ('active', 'draining', 'set aside', 'lost', 'gone')`),
    )
    .addColumn('reason', 'text')
    .addColumn('started_at', 'text', (column) => column.notNull())
    .addColumn('heartbeat_at', 'text', (column) => column.notNull())
    .addUniqueConstraint('hosts_process', ['name', 'pid', 'process_start'])
    .execute()
  // Of many that could look after a sweep one does at a time.
  await db.schema.alterTable('sweeps').addColumn('looked_after_at', 'text').execute()
  if (!isSqlite(db)) await indexForHosts(db)

  await db.schema
    .createTable('programs')
    .addColumn('sha256', 'text', (column) => column.primaryKey())
    .addColumn('files', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .execute()
}

/** What hosts ask that share a store; one that a single machine uses would pay for them with every trial. */
async function indexForHosts(db: Kysely<unknown>): Promise<void> {
  // Those that are there, beside all that ever were. No time is in it: a beat changes no index.
  await db.schema
    .createIndex('hosts_present')
    .on('hosts')
    .column('id')
    .where(sql<boolean>`state in ('active', 'draining')`)
    .execute()
  // A host's last attempts, whoever asks whether it is sound; and what ended since somebody looked last.
  await db.schema.createIndex('attempts_host').on('attempts').columns(['host', 'pid', 'finished_at']).execute()
  await db.schema.createIndex('trials_finished').on('trials').columns(['sweep_id', 'finished_at']).execute()

  // Whoever renews its leases, or looks whose are over, reads what runs and nothing else.
  await db.schema
    .createIndex('trials_running')
    .on('trials')
    .columns(['host', 'pid', 'lease_expires_at'])
    .where(sql<boolean>`state = 'running'`)
    .execute()
}
