import type { Kysely, Transaction } from 'kysely'

import type { StoredArtifact } from '../artifacts/artifacts.ts'
import type { ArtifactRow, Schema, TrialState } from './schema.ts'

/** The checkpoint that is a trial's trained model, if it has one: the best where that is kept, else the newest. */
export function checkpointOf(db: Kysely<Schema>, trialId: number): Promise<ArtifactRow | undefined> {
  return db
    .selectFrom('artifacts')
    .selectAll()
    .where('trial_id', '=', trialId)
    .where('kind', '!=', 'folder')
    .orderBy((row) => row.case().when('kind', '=', 'best').then(0).else(1).end())
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** A trial's packed folders, the oldest first. */
export function foldersOf(db: Kysely<Schema>, trialId: number): Promise<ArtifactRow[]> {
  return db
    .selectFrom('artifacts')
    .selectAll()
    .where('trial_id', '=', trialId)
    .where('kind', '=', 'folder')
    .orderBy('id')
    .execute()
}

/** A trial's checkpoints, the oldest first. */
export function checkpointsOf(db: Kysely<Schema>, trialId: number): Promise<ArtifactRow[]> {
  return db
    .selectFrom('artifacts')
    .selectAll()
    .where('trial_id', '=', trialId)
    .where('kind', '!=', 'folder')
    .orderBy('id')
    .execute()
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
 * the one before: whoever goes on with it may read that while a newer one is written. A sweep that keeps `all` of them, or
 * the `best` of a trial that has not ended, knows itself what it needs.
 */
export async function supersededCheckpoints(db: Kysely<Schema>): Promise<ArtifactRow[]> {
  const policies = await keepPolicies(db)
  const seen = new Map<number, number>()
  const checkpoints = await newestFirst(db).select('trials.sweep_id').where('kind', '=', 'checkpoint').execute()
  return checkpoints.filter(({ trial_id, state, sweep_id }) => {
    const newer = seen.get(trial_id) ?? 0
    seen.set(trial_id, newer + 1)
    const hasEnded = state !== 'queued' && state !== 'running'
    const policy = policies.get(sweep_id)
    if (policy === 'all' || (policy === 'best' && !hasEnded)) return false
    return newer >= (hasEnded ? 1 : 2)
  })
}

/** What the files of sweeps say of `checkpoint.keep`. */
async function keepPolicies(db: Kysely<Schema>): Promise<Map<number, string | undefined>> {
  const sweeps = await db.selectFrom('sweeps').select(['id', 'settings']).execute()
  return new Map(
    sweeps.map(({ id, settings }) => {
      const { checkpoint } = JSON.parse(settings) as { readonly checkpoint?: { readonly keep?: string } }
      return [id, checkpoint?.keep]
    }),
  )
}

/** What decides whether a file is anybody's. */
export async function knownArtifacts(db: Kysely<Schema>) {
  const names = await db.selectFrom('artifacts').select('name').execute()
  const trials = await db.selectFrom('trials').select('id').execute()
  return { names: new Set(names.map(({ name }) => name)), trials: new Set(trials.map(({ id }) => id)) }
}

export async function recordArtifact(
  db: Transaction<Schema>,
  trialId: number,
  { name, bytes, sha256, epoch }: StoredArtifact & { readonly epoch: number },
  at: string,
  kind: 'checkpoint' | 'folder' = 'checkpoint',
): Promise<void> {
  await db
    .insertInto('artifacts')
    .values({ trial_id: trialId, kind, name, bytes, sha256, epoch, created_at: at })
    // What was written while nobody heard the answer is written again.
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
}

/** Only the rows: their files go when this is on disk. */
export async function dropArtifacts(db: Transaction<Schema>, names: readonly string[]): Promise<void> {
  if (names.length > 0) await db.deleteFrom('artifacts').where('name', 'in', names).execute()
}
