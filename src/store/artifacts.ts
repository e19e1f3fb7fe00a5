import type { Kysely } from 'kysely'

import type { ArtifactRow, Schema } from './schema.ts'

/** The newest checkpoint of a trial, if it has one. */
export function checkpointOf(db: Kysely<Schema>, trialId: number): Promise<ArtifactRow | undefined> {
  return db
    .selectFrom('artifacts')
    .selectAll()
    .where('trial_id', '=', trialId)
    .where('kind', '=', 'checkpoint')
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
