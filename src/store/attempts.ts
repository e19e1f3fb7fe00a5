import { sql, type Transaction } from 'kysely'

import { dropArtifacts, recordArtifact } from './artifacts.ts'
import type { ChangeOf } from './change.ts'
import { supersedeMetrics } from './reports.ts'
import { rowsStatement } from './rows-statement.ts'
import { discountRungs } from './rungs.ts'
import type { Schema } from './schema.ts'
import { statesBefore } from './states.ts'
import { writeViolations } from './violations.ts'

type Started = readonly [
  ...[id: number, attempt: number, host: string, pid: number, process_start: string, worker: number],
  ...[lease_expires_at: string, at: string, resumed_epoch: number, runtime: string | null, program: string | null],
]

const startTrials = rowsStatement<Started, { readonly id: number }>(
  ['integer', 'integer', 'text', 'integer', 'text', 'integer', 'text', 'text', 'integer', 'text', 'text'],
  (rows) => sql`
    with v (id, attempt, host, pid, process_start, worker, lease_expires_at, at, resumed_epoch, runtime, program)
      as (${rows})
    update trials
    set state = 'running', attempt = v.attempt, host = v.host, pid = v.pid, process_start = v.process_start,
      worker = v.worker, lease_expires_at = v.lease_expires_at, started_at = v.at, finished_at = null, error = null
    from v
    where trials.id = v.id
      and trials.attempt = v.attempt - 1
      and trials.state in (${sql.join(statesBefore('running').map((state) => sql.lit(state)))})
    returning trials.id`,
)

const insertAttempts = rowsStatement<Started>(
  ['integer', 'integer', 'text', 'integer', 'text', 'integer', 'text', 'text', 'integer', 'text', 'text'],
  (rows) => sql`
    with v (id, attempt, host, pid, process_start, worker, lease_expires_at, at, resumed_epoch, runtime, program)
      as (${rows})
    insert into attempts
      (trial_id, attempt, state, host, pid, process_start, worker, started_at, resumed_epoch, runtime, program_sha256)
    select id, attempt, 'running', host, pid, process_start, worker, at, resumed_epoch, runtime, program from v`,
)

/** Returns those that are refused: of trials that are not queued, or at another attempt. */
export async function startAttempts(
  db: Transaction<Schema>,
  starts: readonly ChangeOf<'start'>[],
): Promise<readonly ChangeOf<'start'>[]> {
  const rowOf = (start: ChangeOf<'start'>): Started => {
    const { trialId, attempt, process, worker, leaseExpiresAt, at, resumedEpoch = 0 } = start
    const { host, pid, process_start } = process
    const { runtime = null, program = null } = start
    return [trialId, attempt, host, pid, process_start, worker, leaseExpiresAt, at, resumedEpoch, runtime, program]
  }
  const { done, refused } = divide(starts, await startTrials(db, starts.map(rowOf)))
  await insertAttempts(db, done.map(rowOf))
  for (const { trialId, attempt, resumedEpoch, drop } of done) {
    if (attempt > 1 && resumedEpoch !== undefined) await supersedeMetrics(db, trialId, attempt - 1, resumedEpoch)
    await dropArtifacts(db, drop)
  }
  return refused
}

type Ended = readonly [
  ...[id: number, attempt: number, state: string, weights_sha256: string | null, error: string | null],
  ...[at: string, failed: number],
]

/** What was told to stop is not handed back: it is over, however its attempt ended. */
const endTrials = rowsStatement<Ended, { readonly id: number; readonly sweep_id: number; readonly state: string }>(
  ['integer', 'integer', 'text', 'text', 'text', 'text', 'integer'],
  (rows) => sql`
    with v (id, attempt, state, weights_sha256, error, at, failed) as (${rows})
    update trials
    set state = case when v.state = 'queued' and trials.stop_reason is not null then 'stopped' else v.state end,
      weights_sha256 = v.weights_sha256, lease_expires_at = null, error = v.error,
      finished_at = case when v.state = 'queued' and trials.stop_reason is null then null else v.at end,
      stop_reason = case when v.state = 'completed' then null else trials.stop_reason end,
      failures = trials.failures + v.failed, losses = 0
    from v
    where trials.id = v.id and trials.attempt = v.attempt and trials.state = 'running'
    returning trials.id, trials.sweep_id, trials.state`,
)

type EndedAttempt = readonly [
  ...[trial_id: number, attempt: number, state: string, finished_at: string, error: string | null],
  ...[stack: string | null, exit_code: number | null, signal: string | null],
]

const closeAttempts = rowsStatement<EndedAttempt>(
  ['integer', 'integer', 'text', 'text', 'text', 'text', 'integer', 'text'],
  (rows) => sql`
    with v (trial_id, attempt, state, finished_at, error, stack, exit_code, signal) as (${rows})
    update attempts
    set state = v.state, finished_at = v.finished_at, error = v.error, stack = v.stack, exit_code = v.exit_code,
      signal = v.signal
    from v
    where attempts.trial_id = v.trial_id and attempts.attempt = v.attempt`,
)

/** Returns those that are refused: of trials that somebody else trains by now, or nobody. */
export async function endAttempts(
  db: Transaction<Schema>,
  ends: readonly ChangeOf<'end'>[],
): Promise<readonly ChangeOf<'end'>[]> {
  const ended = await endTrials(
    db,
    ends.map(({ trialId, attempt, state, weightsSha256 = null, error = null, at, failed = false }): Ended => {
      const isOver = state !== 'queued'
      return [trialId, attempt, state, weightsSha256, isOver ? error : null, at, failed ? 1 : 0]
    }),
  )
  for (const [sweepId, ids] of completedBySweep(ended)) await writeViolations(db, sweepId, ids)
  const { done, refused } = divide(ends, ended)
  await closeAttempts(
    db,
    done.map((end): EndedAttempt => {
      const { trialId, attempt, state, failed = false, error = null, stack = null, at } = end
      const outcome = failed ? 'failed' : state === 'queued' ? 'interrupted' : state
      return [trialId, attempt, outcome, at, error, stack, end.exitCode ?? null, end.signal ?? null]
    }),
  )
  for (const { trialId, state, checkpoint, folder, best, drop = [], at } of done) {
    if (state === 'failed') await discountRungs(db, trialId)
    if (checkpoint !== undefined) await recordArtifact(db, trialId, checkpoint, at)
    if (folder !== undefined) await recordArtifact(db, trialId, folder, at, 'folder')
    await dropArtifacts(db, drop)
    if (best !== undefined) await db.updateTable('artifacts').set({ kind: 'best' }).where('name', '=', best).execute()
  }
  return refused
}

function completedBySweep(
  ended: readonly { readonly id: number; readonly sweep_id: number; readonly state: string }[],
): ReadonlyMap<number, number[]> {
  const completed = new Map<number, number[]>()
  for (const { id, sweep_id, state } of ended) {
    if (state !== 'completed') continue
    const own = completed.get(sweep_id)
    if (own === undefined) completed.set(sweep_id, [id])
    else own.push(id)
  }
  return completed
}

/** Changes whose trials were as they expected, and the others. */
function divide<C extends { readonly trialId: number }>(
  changes: readonly C[],
  changed: readonly { readonly id: number }[],
): { readonly done: readonly C[]; readonly refused: readonly C[] } {
  if (changed.length === changes.length) return { done: changes, refused: [] }
  const ids = new Set(changed.map(({ id }) => id))
  return {
    done: changes.filter(({ trialId }) => ids.has(trialId)),
    refused: changes.filter(({ trialId }) => !ids.has(trialId)),
  }
}
