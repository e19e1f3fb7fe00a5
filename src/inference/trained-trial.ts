import type { StoredArtifact } from '../artifacts/artifacts.ts'
import { decodeCheckpoint, type Checkpoint } from '../artifacts/checkpoint.ts'
import type { SharedArtifacts } from '../artifacts/shared.ts'
import { SwathError } from '../errors.ts'
import type { Parameters } from '../programs/program.ts'
import { checkpointOf } from '../store/artifacts.ts'
import { findTrial } from '../store/find-trial.ts'
import type { SweepRow, TrialRow, TrialState } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { storedSettings, type SweepSettings } from '../sweep/definition.ts'
import { storedParameters } from '../store/trial-parameters.ts'

/** A trial that left a trained model. */
export interface TrainedTrial {
  readonly trial: TrialRow
  readonly sweep: SweepRow
  readonly params: Parameters
  readonly settings: SweepSettings
  readonly artifact: StoredArtifact
  readonly checkpoint: Checkpoint
}

/**
 * A trial with its checkpoint, read and checked.
 *
 * @throws SwathError('not-found') if there is no such trial or it has no checkpoint, SwathError('artifact') if that is
 * gone or damaged
 */
export async function findTrainedTrial(store: Store, artifacts: SharedArtifacts, id: number): Promise<TrainedTrial> {
  const { trial, sweep } = await findTrial(store, id)
  const artifact = await checkpointOf(store.db, id)
  if (artifact === undefined) throw withoutCheckpoint(trial, sweep)
  const bytes = await artifacts.read(artifact)
  return {
    ...{ trial, sweep, artifact },
    params: storedParameters(trial),
    settings: storedSettings(sweep),
    checkpoint: decodeCheckpoint(bytes, `the checkpoint of trial ${id}`),
  }
}

function withoutCheckpoint({ id, state }: TrialRow, sweep: SweepRow): SwathError {
  const message = `trial ${id} of ${sweep.name} has no checkpoint`
  const hints: Partial<Record<TrialState, string>> = {
    queued: `it waits to be trained: swath resume ${sweep.name}`,
    running: 'it is being trained: wait until it has ended',
    failed: `it failed: swath show ${id} says why`,
    cancelled: `it was cancelled: swath resume ${sweep.name}`,
  }
  const hint = hints[state] ?? 'only programs that have a model and return its weights leave one (docs/programs.md)'
  return new SwathError('not-found', message, { hint })
}
