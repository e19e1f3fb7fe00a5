import type { Parameters } from '../programs/program.ts'
import { artifactsOf } from '../store/artifacts.ts'
import { findTrial } from '../store/find-trial.ts'
import type { AttemptRow, TrialState } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { attemptsOf, childrenOf, eventsOf, metricsOf } from '../store/trials.ts'
import { storedParameters } from '../store/trial-parameters.ts'

/** All that is on record of a trial, for who looks at it. */
export interface TrialRecord {
  readonly id: number
  readonly sweep: string
  readonly number: number
  readonly state: TrialState
  readonly params: Parameters
  readonly seed: number
  readonly repeat: number
  /** The trial that it was taught from. */
  readonly parent_id: number | null
  /** Trials that were taught from this one. */
  readonly children: number[]
  readonly parameter_count: number | null
  readonly flops: number | null
  readonly weights_sha256: string | null
  readonly error: string | null
  readonly stop_reason: string | null
  readonly host: string | null
  readonly worker: number | null
  /** Since when it could be trained; null where a search came to its point later, at a time that is not written down. */
  readonly planned_at: string | null
  readonly started_at: string | null
  readonly finished_at: string | null
  readonly metrics: { readonly epoch: number; readonly name: string; readonly value: number }[]
  readonly attempts: AttemptRecord[]
  readonly artifacts: ArtifactRecord[]
  readonly events: { readonly at: string; readonly kind: TrialEventKind; readonly detail: string | null }[]
}

export interface AttemptRecord {
  readonly attempt: number
  readonly state: AttemptRow['state']
  readonly host: string
  readonly worker: number
  /** The epoch that it went on from; 0 from the start. */
  readonly resumed_epoch: number
  /** The version of its program that it ran; null of a program without files. */
  readonly program_sha256: string | null
  readonly started_at: string
  readonly finished_at: string | null
  /** The library and the processor that its bits depend on; null for a command. */
  readonly runtime: Readonly<Record<string, unknown>> | null
  readonly exit_code: number | null
  readonly signal: string | null
  readonly error: string | null
  /** Of a command: the end of what it said on stderr. */
  readonly stack: string | null
}

interface ArtifactRecord {
  readonly id: number
  readonly kind: 'checkpoint' | 'best' | 'folder'
  readonly epoch: number | null
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** Kinds of events that are of one trial. */
export const trialEventKinds = ['warning', 'stopped', 'retrained'] as const
type TrialEventKind = (typeof trialEventKinds)[number]

/** @throws SwathError('not-found') */
export async function trialRecord(store: Store, id: number): Promise<TrialRecord> {
  const { db } = store
  const { trial, sweep } = await findTrial(store, id)
  const { number, state, seed, repeat, parent_id, parameter_count, flops, weights_sha256 } = trial
  const { error, stop_reason, host, worker, started_at, finished_at } = trial
  const events = await Promise.all(
    trialEventKinds.map(async (kind) => (await eventsOf(db, id, kind)).map(({ at, detail }) => ({ at, kind, detail }))),
  )
  return {
    ...{ id, sweep: sweep.name, number, state, params: storedParameters(trial), seed, repeat },
    ...{ parent_id, children: await childrenOf(db, id), parameter_count, flops, weights_sha256 },
    ...{ error, stop_reason, host, worker, started_at, finished_at },
    planned_at: sweep.method === 'grid' ? sweep.created_at : null,
    metrics: (await metricsOf(db, id)).map(({ epoch, name, value }) => ({ epoch, name, value })),
    attempts: (await attemptsOf(db, id)).map(attemptRecord),
    artifacts: (await artifactsOf(db, id)).map(({ id: artifact, kind, epoch, name, bytes, sha256 }) => ({
      ...{ id: artifact, kind, epoch, name, bytes, sha256 },
    })),
    events: events.flat().sort((a, b) => (a.at < b.at ? -1 : 1)),
  }
}

function attemptRecord(row: AttemptRow): AttemptRecord {
  const { attempt, state, host, worker, resumed_epoch, program_sha256, started_at, finished_at } = row
  const runtime = row.runtime === null ? null : (JSON.parse(row.runtime) as Record<string, unknown>)
  const { exit_code, signal, error, stack } = row
  return {
    ...{ attempt, state, host, worker, resumed_epoch, program_sha256, started_at, finished_at },
    ...{ runtime, exit_code, signal, error, stack },
  }
}
