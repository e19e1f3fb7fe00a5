import { sql, type Transaction } from 'kysely'

import type { Schema } from './schema.ts'

/**
 * Removes rows that name a sweep or a trial that is not there; returns how many. A database enforces its references: this
 * is for rows that came into it past that, or out of a damaged one.
 */
export async function removeDanglingRows(db: Transaction<Schema>): Promise<number> {
  const tables = (await db.introspection.getTables()).filter(({ isView }) => !isView)
  const naming = (column: string) => tables.filter(({ columns }) => columns.some(({ name }) => name === column))
  const statements = [
    ...naming('sweep_id').map(
      ({ name }) => sql`delete from ${sql.id(name)} where sweep_id not in (select id from sweeps)`,
    ),
    ...naming('trial_id').map(
      ({ name }) => sql`delete from ${sql.id(name)} where trial_id not in (select id from trials)`,
    ),
    sql`update trials set parent_id = null where parent_id not in (select id from trials)`,
  ]
  let changed = 0n
  for (const statement of statements) changed += (await statement.execute(db)).numAffectedRows ?? 0n
  return Number(changed)
}
