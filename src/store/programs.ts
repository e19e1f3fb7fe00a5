import type { Kysely } from 'kysely'

import type { SentFiles } from '../programs/sent-files.ts'
import type { Schema } from './schema.ts'

/** Keeps a program that is sent with its sweep, if it is not there yet. */
export async function keepProgram(db: Kysely<Schema>, { sha256, files }: SentFiles, at: string): Promise<void> {
  await db
    .insertInto('programs')
    .values({ sha256, files, created_at: at })
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .execute()
}

export function sentProgram(db: Kysely<Schema>, sha256: string): Promise<SentFiles | undefined> {
  return db.selectFrom('programs').select(['sha256', 'files']).where('sha256', '=', sha256).executeTakeFirst()
}
