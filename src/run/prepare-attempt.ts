import type { StoredArtifact } from '../artifacts/artifacts.ts'
import { programParameters } from '../datasets/of-trial.ts'
import { messageOf, SwathError } from '../errors.ts'
import type { Parameters } from '../programs/program.ts'
import { reportedEpochsOf } from '../store/reported-epochs.ts'
import type { TrialRow } from '../store/schema.ts'
import type { TrialTask } from '../workers/pool.ts'
import type { TrialFailure } from '../workers/protocol.ts'
import { Supervision, trainedParameters } from './supervision.ts'
import type { TrialTraining } from './trial-training.ts'
import { TrialCheckpoints } from './trial-checkpoints.ts'
import { TrialFolder } from './trial-folder.ts'

/** What an attempt begins with. */
export interface PreparedAttempt {
  readonly params: Parameters
  readonly checkpoints: TrialCheckpoints
  readonly folder: TrialFolder
  readonly supervision: Supervision
  readonly resume: (StoredArtifact & { readonly epoch: number }) | undefined
  /** Checkpoints that turned out to be damaged. */
  readonly damaged: readonly string[]
  readonly task: TrialTask
}

/**
 * Fetches what an attempt needs to this host: the newest whole checkpoint, the trial's folder, the data set.
 *
 * @param warn is told what is damaged, after the words `trial 7`
 * @throws whatever goes wrong; it is the attempt's failure, and ends neither the worker nor the run
 */
export async function prepareAttempt(
  training: TrialTraining,
  trial: TrialRow,
  warn: (text: string) => Promise<void>,
): Promise<PreparedAttempt> {
  const { store, settings, datasets, artifacts, carry, patience } = training
  const params = trainedParameters(trial)
  const checkpoints = await patience.read(() => TrialCheckpoints.of(store, artifacts, settings, trial))
  const { resume, damaged, reasons } = await checkpoints.newestWhole(carry)
  for (const reason of reasons) {
    await warn(`: ${reason}; it goes on from ${resume === undefined ? 'the start' : `epoch ${resume.epoch}`}`)
  }
  const folder = await patience.read(() =>
    TrialFolder.of(store, artifacts, trial, (text) => void warn(`: ${text}`).catch(() => undefined)),
  )
  for (const reason of await folder.bring(carry)) await warn(`: ${reason}; its folder is as it was before`)
  const known = trial.attempt === 0 ? [] : await patience.read(() => reportedEpochsOf(store.db, trial.id))
  const reportedEpochs = resume === undefined ? known : known.filter(({ epoch }) => epoch <= resume.epoch)
  const attempt = trial.attempt + 1
  return {
    ...{ params, checkpoints, folder, resume, damaged },
    supervision: new Supervision(training.rule, trial, params, resume?.epoch ?? 0),
    task: {
      ...{ program: settings.program, trialId: trial.id, attempt, seed: trial.seed, resume },
      params: programParameters(params),
      // A full disk under the cache is waited for, as one under the artifacts is.
      dataset: await carry(() => datasets.of(params)),
      ...{ watched: training.watched, reportedEpochs },
      checkpoint: { location: artifacts.host.location, every: settings.checkpoint.every },
    },
  }
}

/** What is written down of an attempt that this host could not prepare, or whose files it could not keep. */
export function failureOfHost(what: string, error: unknown): TrialFailure {
  // An error that swath foresees says all in its message.
  const stack = error instanceof Error && !(error instanceof SwathError) ? error.stack : undefined
  return { kind: 'threw', message: `${what}: ${messageOf(error)}`, ...(stack !== undefined && { stack }) }
}
