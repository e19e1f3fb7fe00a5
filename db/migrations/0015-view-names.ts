import { createHash } from 'node:crypto'

import { sql, type Kysely } from 'kysely'

/** The name of each sweep's view: from now on stored and unique. The views that exist keep their names. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('sweeps').addColumn('view_name', 'text').execute()
  const { rows } = await sql<{ id: number; name: string }>`select id, name from sweeps`.execute(db)
  for (const { id, name } of rows) {
    await sql`update sweeps set view_name = ${nameSoFar(name)} where id = ${id}`.execute(db)
  }
  await db.schema.createIndex('sweeps_view_name').on('sweeps').column('view_name').unique().execute()
}

/** Until now a sweep's name alone decided, and no two sweeps had names with the same view. */
function nameSoFar(sweepName: string): string {
  const name = `sweep_${sweepName.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`
  if (name.length <= 63) return name
  return `${name.slice(0, 54)}_${createHash('sha256').update(sweepName).digest('hex').slice(0, 8)}`
}
