import type { Kysely, Transaction } from 'kysely'

import type { StoredArtifact } from '../artifacts/artifacts.ts'
import type { Report } from '../programs/program.ts'
import type { Schema, TrialState } from './schema.ts'
import { statesBefore } from './states.ts'

/** What happens to a sweep's rows while it runs. Within one group a trial starts, reports and ends in this order. */
export type Change =
  | {
      readonly type: 'start'
      readonly trialId: number
      readonly attempt: number
      readonly host: string
      readonly pid: number
      readonly worker: number
      readonly at: string
    }
  | { readonly type: 'report'; readonly trialId: number; readonly report: Report }
  | {
      readonly type: 'end'
      readonly trialId: number
      readonly attempt: number
      /** `queued` hands an interrupted trial back. */
      readonly state: Exclude<TrialState, 'running'>
      readonly weightsSha256?: string | null
      /** Written and safe by now. */
      readonly checkpoint?: StoredArtifact | undefined
      readonly error?: string
      readonly stack?: string
      /** Of a command. */
      readonly exitCode?: number
      readonly signal?: string
      readonly at: string
    }
  | {
      readonly type: 'event'
      readonly sweepId: number
      readonly trialId: number | null
      readonly kind: string
      readonly detail?: string
      readonly at: string
    }

type ChangeOf<T extends Change['type']> = Extract<Change, { type: T }>

/** Writes a group of changes in one transaction: all of it is on disk when this resolves, or none. */
export async function applyChanges(db: Kysely<Schema>, changes: readonly Change[]): Promise<void> {
  const of = <T extends Change['type']>(type: T) =>
    changes.filter((change): change is ChangeOf<T> => change.type === type)
  await db.transaction().execute(async (transaction) => {
    for (const start of of('start')) await startAttempt(transaction, start)
    await recordReports(transaction, of('report'))
    for (const end of of('end')) await endAttempt(transaction, end)
    await recordEvents(transaction, of('event'))
  })
}

async function startAttempt(db: Transaction<Schema>, start: ChangeOf<'start'>): Promise<void> {
  const { trialId, attempt, host, pid, worker, at } = start
  const { numUpdatedRows } = await db
    .updateTable('trials')
    .set({ state: 'running', attempt, host, worker, started_at: at, finished_at: null, error: null })
    .where('id', '=', trialId)
    .where('attempt', '=', attempt - 1)
    .where('state', 'in', statesBefore('running'))
    .executeTakeFirstOrThrow()
  if (numUpdatedRows !== 1n) throw new Error(`trial ${trialId} is not queued: attempt ${attempt} cannot start`)
  await db
    .insertInto('attempts')
    .values({ trial_id: trialId, attempt, state: 'running', host, pid, worker, started_at: at })
    .execute()
  if (attempt > 1) await supersedeMetrics(db, trialId, attempt - 1)
}

/** An attempt trains from the start: what the one before reported moves to `superseded_metrics`. */
async function supersedeMetrics(db: Transaction<Schema>, trialId: number, attempt: number): Promise<void> {
  await db
    .insertInto('superseded_metrics')
    .columns(['trial_id', 'attempt', 'epoch', 'name', 'value'])
    .expression((from) =>
      from
        .selectFrom('metrics')
        .select((row) => ['trial_id', row.val(attempt).as('attempt'), 'epoch', 'name', 'value'])
        .where('trial_id', '=', trialId),
    )
    .execute()
  await db.deleteFrom('metrics').where('trial_id', '=', trialId).execute()
}

export async function recordReports(
  db: Transaction<Schema>,
  reports: readonly Omit<ChangeOf<'report'>, 'type'>[],
): Promise<void> {
  const rows = reports.flatMap(({ trialId, report: { epoch, ...metrics } }) =>
    Object.entries(metrics).map(([name, value]) => ({ trial_id: trialId, epoch, name, value })),
  )
  if (rows.length > 0) await db.insertInto('metrics').values(rows).execute()
}

async function endAttempt(db: Transaction<Schema>, end: ChangeOf<'end'>): Promise<void> {
  const { trialId, attempt, state, weightsSha256 = null, checkpoint, at } = end
  const { error = null, stack = null, exitCode: exit_code = null, signal = null } = end
  const { numUpdatedRows } = await db
    .updateTable('trials')
    .set({ state, weights_sha256: weightsSha256, error, finished_at: state === 'queued' ? null : at })
    .where('id', '=', trialId)
    .where('attempt', '=', attempt)
    .where('state', '=', 'running')
    .executeTakeFirstOrThrow()
  if (numUpdatedRows !== 1n) throw new Error(`trial ${trialId} is not running attempt ${attempt}: it cannot end`)
  await db
    .updateTable('attempts')
    .set({ state: state === 'queued' ? 'interrupted' : state, finished_at: at, error, stack, exit_code, signal })
    .where('trial_id', '=', trialId)
    .where('attempt', '=', attempt)
    .execute()
  if (checkpoint !== undefined) await recordArtifact(db, trialId, checkpoint, at)
}

export async function recordArtifact(
  db: Transaction<Schema>,
  trialId: number,
  artifact: StoredArtifact,
  at: string,
): Promise<void> {
  await db
    .insertInto('artifacts')
    .values({ trial_id: trialId, kind: 'checkpoint', ...artifact, created_at: at })
    .execute()
}

async function recordEvents(db: Transaction<Schema>, events: readonly ChangeOf<'event'>[]): Promise<void> {
  if (events.length === 0) return
  await db
    .insertInto('events')
    .values(
      events.map(({ sweepId, trialId, kind, detail = null, at }) => ({
        sweep_id: sweepId,
        trial_id: trialId,
        at,
        kind,
        detail,
      })),
    )
    .execute()
}
