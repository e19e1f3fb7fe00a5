import { TrialDatasets } from '../datasets/of-trial.ts'
import { trainingExamples } from '../datasets/split.ts'
import { withStore } from '../store/open.ts'
import { trainingRate } from '../store/rate.ts'
import { previewSweep } from '../sweep/plan.ts'
import { readSweepFile } from '../sweep/read.ts'
import { prepareEnvironment } from '../tensorflow/environment.ts'
import { trainingWork } from './cost.ts'
import { describeTrials, type DescribedTrial } from './describe.ts'
import { layOut, type LayoutOptions } from './machine.ts'
import { startWorkers } from './machinery.ts'
import { prepareSweep, type PreparedSweep } from './prepare.ts'

/** Of a sweep whose points are chosen as it goes, so many are shown. */
const mostPreviewed = 10

export interface PlanOnly {
  readonly prepared: PreparedSweep
  readonly trials: readonly (DescribedTrial & {
    /** FLOPs to train it; null if its model cannot be counted. */ readonly trainingFlops: number | null
  })[]
  readonly workers: number
  /** FLOPs a second that earlier trials in this store reached, one worker; undefined if there were none. */
  readonly rate: number | undefined
}

/** All that a run would do before it trains, with nothing written and nothing fetched. */
export async function planOnly(options: {
  readonly path: string
  readonly overrides: readonly string[]
  readonly machine: LayoutOptions
  readonly store: string
}): Promise<PlanOnly> {
  const prepared = prepareSweep(readSweepFile(options.path, options.overrides))
  const { program, coresPerTrial, dataset: reference } = prepared.settings
  const { workers } = layOut(coresPerTrial, options.machine)
  const datasets = new TrialDatasets(reference)

  if (!('command' in program)) prepareEnvironment(coresPerTrial)
  const pool = startWorkers(workers.slice(0, 1), prepared.settings)
  try {
    const { file, plan } = prepared
    const points = plan.size > 0 ? plan.trials() : previewSweep(file, mostPreviewed)
    const described = await describeTrials({ pool, datasets }, file, program, points)
    const trials = await Promise.all(
      described.map(async (trial) => {
        const dataset = await datasets.of(trial.params)
        if (trial.cost === null || dataset === undefined) return { ...trial, trainingFlops: null }
        const { flops } = trial.cost
        return { ...trial, trainingFlops: trainingWork({ flops, params: trial.params }, trainingExamples(dataset)) }
      }),
    )
    return { prepared, trials, workers: workers.length, rate: await earlierRate(options.store) }
  } finally {
    await pool.close()
  }
}

async function earlierRate(location: string): Promise<number | undefined> {
  return withStore(location, 'read', ({ db }) => trainingRate(db)).catch(() => undefined)
}
