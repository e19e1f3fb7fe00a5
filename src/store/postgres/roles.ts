import { sql, type Kysely, type RawBuilder } from 'kysely'

import { takeStore } from '../../../db/dialect.ts'
import { grantRights } from '../../../db/rights.ts'
import type { Schema } from '../schema.ts'
import { queueSchema, roleNames, type RoleNames } from '../../../db/role-names.ts'
import { scramVerifier } from './scram.ts'

/** Passwords of roles that are to be able to log in; a role without one is a group, for logins to be in. */
export interface RolePasswords {
  readonly owner?: string | undefined
  readonly worker?: string | undefined
  readonly reader?: string | undefined
}

/**
 * Makes the roles of a store, or makes them anew: who owns its tables, who trains and can neither make nor drop one, and
 * who can only read. Whoever owned it so far stays an owner.
 */
export async function makeRoles(db: Kysely<Schema>, schema: string, passwords: RolePasswords): Promise<RoleNames> {
  const names = roleNames(schema)
  const [owner, worker, reader] = [sql.id(names.owner), sql.id(names.worker), sql.id(names.reader)]
  // Whoever asks may have to give away what is his: as himself, not as one of the owners.
  await db.connection().execute(async (connection) => {
    const run = async (statement: RawBuilder<unknown>) => statement.execute(connection)
    await run(sql`begin`)
    try {
      await run(sql`set local role none`)
      await run(sql.raw(takeStore))
      for (const role of ['owner', 'worker', 'reader'] as const)
        await makeRole(connection, names[role], passwords[role])
      const { database, user, before } = await whoOwns(connection)
      for (const member of new Set([user, before])) {
        if (member !== names.owner) await run(sql`grant ${owner} to ${sql.id(member)}`)
      }
      await run(sql`grant ${reader} to ${worker}, ${owner}`)
      await run(sql`grant connect on database ${sql.id(database)} to ${owner}, ${worker}, ${reader}`)
      await run(sql`grant create on database ${sql.id(database)} to ${owner}`)

      const queue = queueSchema(schema)
      for (const each of [schema, queue]) {
        await run(sql`alter schema ${sql.id(each)} owner to ${owner}`)
        for (const statement of await changesOfOwner(connection, each, names.owner)) await run(sql.raw(statement))
      }

      await run(sql`set local role ${owner}`)
      await grantRights(connection)
      await run(sql`commit`)
    } catch (error) {
      await run(sql`rollback`).catch(() => undefined)
      throw error
    }
  })
  return names
}

async function makeRole(db: Kysely<Schema>, name: string, password: string | undefined): Promise<void> {
  const { rows } = await sql`select from pg_roles where rolname = ${name}`.execute(db)
  if (rows.length === 0) await sql`create role ${sql.id(name)} nologin`.execute(db)
  if (password === undefined) return
  await sql`alter role ${sql.id(name)} login password ${sql.lit(scramVerifier(password))}`.execute(db)
}

async function whoOwns(db: Kysely<Schema>) {
  const { rows } = await sql<{ database: string; user: string; before: string }>`
    select current_database() as database, current_user as "user", pg_get_userbyid(nspowner) as before
    from pg_namespace where oid = current_schema()::regnamespace`.execute(db)
  const [found] = rows
  if (found === undefined) throw new Error('the schema is not there')
  return found
}

/** A statement for each table, view, type and function of a schema; what belongs to a table goes with it. */
async function changesOfOwner(db: Kysely<Schema>, schema: string, owner: string): Promise<string[]> {
  const { rows } = await sql<{ statement: string }>`
    with here as (select ${schema}::regnamespace as schema)
    select format('alter %s %s owner to %I', case relkind when 'v' then 'view' else 'table' end, c.oid::regclass, ${owner}::text)
      as statement
    from pg_class c, here where relnamespace = schema and relkind in ('r', 'p', 'v')
    union all
    select format('alter type %s owner to %I', t.oid::regtype, ${owner}::text) from pg_type t, here
    where typnamespace = schema and typtype = 'e'
    union all
    select format('alter routine %s owner to %I', p.oid::regprocedure, ${owner}::text) from pg_proc p, here
    where pronamespace = schema
    union all
    select format('alter operator %s owner to %I', o.oid::regoperator, ${owner}::text) from pg_operator o, here
    where oprnamespace = schema`.execute(db)
  return rows.map(({ statement }) => statement)
}
