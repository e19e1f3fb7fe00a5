import type { Client } from 'pg'

import { SwathError } from '../../errors.ts'
import { roleNames } from './role-names.ts'

/**
 * Has a session ask as a role that can only read: the store's reader, if this user may be that. A superuser, who may do
 * anything anywhere, becomes one who may read tables. Returns whether it is one.
 */
export async function becomeReader(client: Client, schema: string): Promise<boolean> {
  const { reader } = roleNames(schema)
  const { rows } = await client.query<{ isSuperuser: boolean; reader: string | null }>(
    `select r.rolsuper as "isSuperuser", (
        select g.rolname from pg_roles g
        where pg_has_role(r.oid, g.oid, 'member') and (g.rolname = $1 or r.rolsuper and g.rolname = 'pg_read_all_data')
        order by g.rolname = $1 desc limit 1
      ) as reader
      from pg_roles r where r.rolname = current_user`,
    [reader],
  )
  const [{ isSuperuser, reader: role } = { isSuperuser: false, reader: null }] = rows
  // One who was given the role without the right to be it asks as himself.
  if (role !== null) {
    await client.query(`set role ${client.escapeIdentifier(role)}`).catch((error: unknown) => {
      if (isSuperuser) throw error
    })
  }
  return isSuperuser
}

/** Functions that would give a superuser his rights back, or run a text that says so. */
const climbing = /set_config|_to_xml|ts_stat|ts_rewrite|dblink|crosstab|connectby|U&\s*["']/i

/** @throws SwathError('sql') */
export function refuseClimbing(statement: string): void {
  const [found] = climbing.exec(statement) ?? []
  if (found === undefined) return
  throw new SwathError('sql', `a superuser is not answered where ${found} is asked`, {
    hint: 'ask as a user who may less: `swath setup postgres --roles` makes one who can only read',
  })
}
