import type { Client } from 'pg'

import { mayAssume, roleNames } from '../../../db/role-names.ts'

/**
 * Finds the role that questions are asked as: the store's reader, if this user may be that. A superuser, who may do
 * anything anywhere, becomes one who may read tables. Resolves to null where the user has no role that may do less.
 */
export async function readingRole(client: Client, schema: string): Promise<string | null> {
  const { reader } = roleNames(schema)
  const { rows } = await client.query<{ role: string | null }>(
    `select (
        select g.rolname from pg_roles g
        where ${mayAssume('r.oid, g.oid')} and (g.rolname = $1 or r.rolsuper and g.rolname = 'pg_read_all_data')
        order by g.rolname = $1 desc limit 1
      ) as role
      from pg_roles r where r.rolname = session_user`,
    [reader],
  )
  return rows[0]?.role ?? null
}
