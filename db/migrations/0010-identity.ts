import { sql, type Kysely } from 'kysely'

/** Which version of its program each attempt ran, and which one a sweep's next attempts run: keys of `programs`. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('attempts').addColumn('program_sha256', 'text').execute()
  await db.schema.alterTable('sweeps').addColumn('program_sha256', 'text').execute()

  // Programs that were sent to hosts are versions already.
  const { rows } = await sql<{ id: number; settings: string }>`select id, settings from sweeps`.execute(db)
  for (const { id, settings } of rows) {
    const { sent } = JSON.parse(settings) as { readonly sent?: { readonly sha256: string } | null }
    if (sent === undefined || sent === null) continue
    await sql`
      update sweeps set program_sha256 = ${sent.sha256}
      where id = ${id} and exists (select 1 from programs where sha256 = ${sent.sha256})`.execute(db)
  }
}
