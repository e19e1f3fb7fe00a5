import type { Kysely, Transaction } from 'kysely'

import type { StoredArtifact } from '../artifacts/artifacts.ts'
import type { ArtifactRow, Schema } from './schema.ts'

/** The checkpoint that is a trial's trained model, if it has one: the best where that is kept, else the newest. */
export function checkpointOf(db: Kysely<Schema>, trialId: number): Promise<ArtifactRow | undefined> {
  return db
    .selectFrom('artifacts')
    .selectAll()
    .where('trial_id', '=', trialId)
    .orderBy((row) => row.case().when('kind', '=', 'best').then(0).else(1).end())
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** All that a trial left, the oldest first. */
export function artifactsOf(db: Kysely<Schema>, trialId: number): Promise<ArtifactRow[]> {
  return db.selectFrom('artifacts').selectAll().where('trial_id', '=', trialId).orderBy('id').execute()
}

/** Names of all artifacts of a sweep's trials. */
export async function artifactNamesOf(db: Kysely<Schema>, sweepId: number): Promise<string[]> {
  const rows = await db
    .selectFrom('artifacts')
    .innerJoin('trials', 'trials.id', 'artifacts.trial_id')
    .select('artifacts.name')
    .where('trials.sweep_id', '=', sweepId)
    .execute()
  return rows.map(({ name }) => name)
}

export async function recordArtifact(
  db: Transaction<Schema>,
  trialId: number,
  { name, bytes, sha256, epoch }: StoredArtifact & { readonly epoch: number },
  at: string,
): Promise<void> {
  await db
    .insertInto('artifacts')
    .values({ trial_id: trialId, kind: 'checkpoint', name, bytes, sha256, epoch, created_at: at })
    .execute()
}

/** Only the rows: their files go when this is on disk. */
export async function dropArtifacts(db: Transaction<Schema>, names: readonly string[]): Promise<void> {
  if (names.length > 0) await db.deleteFrom('artifacts').where('name', 'in', names).execute()
}
