import type { Client } from 'pg'

import { SwathError } from '../../errors.ts'
import { mayAssume, roleNames } from './role-names.ts'

/** Who asks questions, and as what. */
interface ReadingRole {
  readonly isSuperuser: boolean
  /** The role to assume; null where the user has none that may do less. */
  readonly role: string | null
}

/**
 * Finds the role that questions are asked as: the store's reader, if this user may be that. A superuser, who may do
 * anything anywhere, becomes one who may read tables.
 */
export async function readingRole(client: Client, schema: string): Promise<ReadingRole> {
  const { reader } = roleNames(schema)
  const { rows } = await client.query<ReadingRole>(
    `select r.rolsuper as "isSuperuser", (
        select g.rolname from pg_roles g
        where ${mayAssume('r.oid, g.oid')} and (g.rolname = $1 or r.rolsuper and g.rolname = 'pg_read_all_data')
        order by g.rolname = $1 desc limit 1
      ) as role
      from pg_roles r where r.rolname = session_user`,
    [reader],
  )
  return rows[0] ?? { isSuperuser: false, role: null }
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
