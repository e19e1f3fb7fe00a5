import type { Kysely, Transaction } from 'kysely'

import type { ArtifactRow, Schema, TrialState } from './schema.ts'

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

/** All that trials left, with their state, the newest of each trial first. */
export function allArtifacts(db: Kysely<Schema>): Promise<(ArtifactRow & { state: TrialState })[]> {
  return newestFirst(db).execute()
}

function newestFirst(db: Kysely<Schema>) {
  return db
    .selectFrom('artifacts')
    .innerJoin('trials', 'trials.id', 'artifacts.trial_id')
    .selectAll('artifacts')
    .select('trials.state')
    .orderBy('trial_id')
    .orderBy('artifacts.id', 'desc')
}

/** Those of these that are still in the store. */
export async function stillThere(db: Kysely<Schema>, artifacts: readonly ArtifactRow[]): Promise<ArtifactRow[]> {
  const ids = new Set((await db.selectFrom('artifacts').select('id').execute()).map(({ id }) => id))
  return artifacts.filter(({ id }) => ids.has(id))
}

/** The rows go before their files: after a crash between the two nobody names a file that is not there. */
export async function forgetArtifacts(db: Transaction<Schema>, artifacts: readonly ArtifactRow[]): Promise<void> {
  for (const { id } of artifacts) await db.deleteFrom('artifacts').where('id', '=', id).execute()
}

/**
 * Checkpoints that newer ones of their trial stand in for. A trial that has ended needs its newest; one that has not, also
 * the one before: whoever goes on with it may read that while a newer one is written.
 */
export async function supersededCheckpoints(db: Kysely<Schema>): Promise<ArtifactRow[]> {
  const seen = new Map<number, number>()
  const checkpoints = await newestFirst(db).where('kind', '=', 'checkpoint').execute()
  return checkpoints.filter(({ trial_id, state }) => {
    const newer = seen.get(trial_id) ?? 0
    seen.set(trial_id, newer + 1)
    return newer >= (state === 'queued' || state === 'running' ? 2 : 1)
  })
}

/** What decides whether a file is anybody's. */
export async function knownArtifacts(db: Kysely<Schema>) {
  const names = await db.selectFrom('artifacts').select('name').execute()
  const trials = await db.selectFrom('trials').select('id').execute()
  return { names: new Set(names.map(({ name }) => name)), trials: new Set(trials.map(({ id }) => id)) }
}
