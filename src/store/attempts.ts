import type { Transaction } from 'kysely'

import { dropArtifacts, recordArtifact } from './artifacts.ts'
import type { ChangeOf } from './change.ts'
import { supersedeMetrics } from './reports.ts'
import type { Schema } from './schema.ts'
import { statesBefore } from './states.ts'

export async function startAttempt(db: Transaction<Schema>, start: ChangeOf<'start'>): Promise<void> {
  const { trialId, attempt, process, worker, resumedEpoch, leaseExpiresAt, at } = start
  const { numUpdatedRows } = await db
    .updateTable('trials')
    .set({
      ...{ state: 'running', attempt, ...process, worker, lease_expires_at: leaseExpiresAt },
      ...{ started_at: at, finished_at: null, error: null },
    })
    .where('id', '=', trialId)
    .where('attempt', '=', attempt - 1)
    .where('state', 'in', statesBefore('running'))
    .executeTakeFirstOrThrow()
  if (numUpdatedRows !== 1n) throw new Error(`trial ${trialId} is not queued: attempt ${attempt} cannot start`)
  await db
    .insertInto('attempts')
    .values({
      ...{ trial_id: trialId, attempt, state: 'running', ...process, worker, started_at: at },
      resumed_epoch: resumedEpoch ?? 0,
    })
    .execute()
  if (attempt > 1 && resumedEpoch !== undefined) await supersedeMetrics(db, trialId, attempt - 1, resumedEpoch)
  await dropArtifacts(db, start.drop)
}

export async function endAttempt(db: Transaction<Schema>, end: ChangeOf<'end'>): Promise<void> {
  const { trialId, attempt, state, weightsSha256 = null, checkpoint, best, error = null, stack = null, at } = end
  const { failed = false, drop = [], exitCode = null, signal = null } = end
  const { numUpdatedRows } = await db
    .updateTable('trials')
    .set((trial) => ({
      ...{ state, weights_sha256: weightsSha256, lease_expires_at: null },
      error: state === 'queued' ? null : error,
      finished_at: state === 'queued' ? null : at,
      failures: trial('failures', '+', failed ? 1 : 0),
      losses: 0,
    }))
    .where('id', '=', trialId)
    .where('attempt', '=', attempt)
    .where('state', '=', 'running')
    .executeTakeFirstOrThrow()
  if (numUpdatedRows !== 1n) throw new Error(`trial ${trialId} is not running attempt ${attempt}: it cannot end`)
  await db
    .updateTable('attempts')
    .set({
      state: failed ? 'failed' : state === 'queued' ? 'interrupted' : state,
      ...{ finished_at: at, error, stack, exit_code: exitCode, signal },
    })
    .where('trial_id', '=', trialId)
    .where('attempt', '=', attempt)
    .execute()
  if (checkpoint !== undefined) await recordArtifact(db, trialId, checkpoint, at)
  await dropArtifacts(db, drop)
  if (best !== undefined) await db.updateTable('artifacts').set({ kind: 'best' }).where('name', '=', best).execute()
}
