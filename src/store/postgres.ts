import { Kysely, sql } from 'kysely'

import { SwathError } from '../errors.ts'
import { acceptableSchema, migrate, refuseOlderSchema } from './migrate.ts'
import { reconcile } from './derived.ts'
import { ServerClock } from './postgres/clock.ts'
import { checkSchema } from './postgres/check.ts'
import { wasCommitted } from './postgres/commit.ts'
import { SchemaPostgresDialect } from './postgres/dialect.ts'
import { serverTime } from './postgres/driver.ts'
import { explain, explainAnswer, obstacle, setback } from './postgres/errors.ts'
import { parseLocation } from './postgres/location.ts'
import { openPool } from './postgres/pool.ts'
import { runBatch } from './postgres/session.ts'
import { queueSchema } from '../../db/role-names.ts'
import { ReaderPool } from './reader/pool.ts'
import type { Schema } from './schema.ts'
import type { Store, StoreAccess } from './store.ts'

/** A store in a schema of a PostgreSQL database; any number of processes and hosts may use it. */
export async function openPostgres(location: string, access: StoreAccess): Promise<Store> {
  const { candidates, schema, shown } = parseLocation(location)
  const pool = openPool(candidates, schema)
  const clock = new ServerClock()
  const db = new Kysely<Schema>({ dialect: new SchemaPostgresDialect({ pool, clock }, schema) })
  let rights: Rights & Session
  try {
    const found = await rightsOn(db, schema)
    refuseOtherEncoding(found.encoding, shown)
    clock.heard(found.seconds)
    rights = found
    await prepare(db, { shown, access, rights })
  } catch (error) {
    await db.destroy()
    throw explain(error, shown)
  }

  const queueOptions = {
    ...{ pool, storeSchema: schema, schema: queueSchema(schema), mayMigrate: rights.mayMigrate },
    run: (text: string, values: unknown[] | undefined) => runBatch(pool, text, values),
  }
  const reader = new ReaderPool({ kind: 'postgres', location }, (code, message) => explainAnswer(code, message, shown))
  return {
    location: shown,
    isReadOnly: !rights.mayWrite,
    isSuperuser: rights.isSuperuser,
    lost: new AbortController().signal,
    db,
    now: () => clock.now(),
    query: (statement, options) => reader.ask(statement, options),
    obstacle,
    setback,
    openQueue: async () => (await import('../queue/pg-boss.ts')).openBossQueue(queueOptions),
    queueTables: {
      flaw: async () => (await import('../queue/boss-tables.ts')).flawOfTables(queueOptions),
      clear: async () => (await import('../queue/boss-tables.ts')).dropTables(queueOptions),
    },
    wasCommitted: (error) => wasCommitted(pool, error),
    explain: (error) => explain(error, shown),
    check: () => checkSchema(db),
    file: () => {
      throw new SwathError('usage', `${shown} is on a PostgreSQL server, which has tools of its own for this`, {
        hint: `pg_dump --schema=${schema} copies it; the server reuses the room of what was deleted, VACUUM FULL gives it back`,
      })
    },
    async close() {
      await reader.close()
      await db.destroy()
    },
  }
}

/** What this user may do with the store. */
interface Rights {
  readonly exists: boolean
  readonly mayWrite: boolean
  /** Make and change tables, or the schema itself. */
  readonly mayMigrate: boolean
  readonly isSuperuser: boolean
}

/** What the server says of itself as the store is opened. */
interface Session {
  readonly seconds: number
  readonly encoding: string
  /** Transactions may only read, unless they say otherwise. */
  readonly readsByDefault: boolean
}

async function rightsOn(db: Kysely<Schema>, schema: string): Promise<Rights & Session> {
  // In a transaction: a pooler that has none is noticed before anything is written.
  const transaction = db.transaction().setAccessMode('read only')
  const { rows } = await transaction.execute((within) =>
    sql<Rights & Session & { isReplica: boolean }>`
    select
      current_setting('default_transaction_read_only') = 'on' as "readsByDefault",
      current_setting('server_encoding') as encoding,
      to_regclass('kysely_migration') is not null as "exists",
      coalesce(has_table_privilege(to_regclass('attempts'), 'insert'), true) as "mayWrite",
      coalesce(has_schema_privilege(to_regnamespace(${schema}), 'create'), true) as "mayMigrate",
      pg_is_in_recovery() as "isReplica",
      coalesce((select rolsuper from pg_catalog.pg_roles where rolname = session_user), false) as "isSuperuser",
      ${sql.raw(serverTime)} as seconds`.execute(within),
  )
  const [row] = rows
  if (row === undefined) throw new Error('the server answered without a row')
  const { isReplica, mayWrite, mayMigrate, ...found } = row
  return { ...found, mayWrite: mayWrite && !isReplica, mayMigrate: mayMigrate && !isReplica }
}

/** Every text has to be storable: names, messages and parameters come from anywhere. */
function refuseOtherEncoding(encoding: string, shown: string): void {
  if (encoding === 'UTF8') return
  throw new SwathError('store', `${shown} is a database in ${encoding}, and swath keeps texts in UTF-8`, {
    hint: 'create another one: createdb --encoding=UTF8 --locale=C --template=template0 NAME',
  })
}

async function prepare(
  db: Kysely<Schema>,
  {
    shown,
    access,
    rights,
  }: { readonly shown: string; readonly access: StoreAccess; readonly rights: Rights & Session },
): Promise<void> {
  const { exists, mayWrite, mayMigrate, readsByDefault } = rights
  if (access !== 'write' && !exists) {
    // Half a store is another thing than none.
    await acceptableSchema(db, shown)
    throw new SwathError('not-found', `there is no store at ${shown}`, {
      hint: 'run a sweep first (swath run FILE), or name another with --store',
    })
  }
  if (access === 'inspect') return
  if (access !== 'read' && !mayWrite) {
    throw new SwathError('store', `${shown} may only be read by this user, or is a replica`, {
      hint: 'use the URL of the owner or of a worker: swath setup postgres --roles',
    })
  }
  if (readsByDefault && access !== 'read') {
    throw new SwathError(
      'store',
      `${shown} is read-only: default_transaction_read_only is on for this user or database`,
      {
        hint: 'its owner can change that: alter role … (or alter database …) set default_transaction_read_only = off',
      },
    )
  }
  if (!mayMigrate || readsByDefault) {
    await refuseOlderSchema(db, shown, "run any command with its owner's URL: it is brought up to date then")
    return
  }
  await migrate(db, shown, () => {
    process.stderr.write(
      `${shown} is of an older swath: brought up to date (a copy of it as it was is pg_dump's to make).\n`,
    )
    return Promise.resolve()
  })
  if (access === 'read') return
  try {
    await reconcile(db, { all: false })
  } catch (error) {
    // A reader holds a view that is to be replaced: the next opening replaces it.
    if (setback(error) === undefined) throw error
  }
}
