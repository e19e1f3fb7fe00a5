import { TrialDatasets } from '../datasets/of-trial.ts'
import type { SetupObserver } from '../setup/progress.ts'
import { setup, storeDriverFor } from '../setup/setup.ts'
import type { SweepSettings } from '../sweep/definition.ts'
import { programEnvironment } from '../credentials.ts'
import { noteIgnoredVariables, prepareEnvironment, userEnvironment } from '../tensorflow/environment.ts'
import { findRuntime } from '../tensorflow/runtime.ts'
import { WorkerPool } from '../workers/pool.ts'
import type { RunObserver } from './events.ts'
import type { Layout } from './machine.ts'

/** What trials train on. */
export interface Machinery {
  readonly layout: Layout
  readonly pool: WorkerPool
  readonly datasets: TrialDatasets
}

interface SetUp {
  readonly store: string
  readonly setup: SetupObserver
  readonly observer: Pick<RunObserver, 'note'>
  readonly signal: AbortSignal
}

/** Makes what is missing on this machine; without TensorFlow it goes on in plain JavaScript, and says so. */
export async function setUp(context: SetUp, { program }: Pick<SweepSettings, 'program'>): Promise<void> {
  if ('command' in program) {
    await storeDriverFor(context.store, context.setup)
    return
  }
  const { tensorflowError } = await setup({ observer: context.setup, store: context.store })
  // Ctrl-C also reaches what the set-up runs, and fails it: that is no reason to train without TensorFlow.
  context.signal.throwIfAborted()
  if (tensorflowError !== undefined) {
    const { message, hint } = tensorflowError
    context.observer.note(`TensorFlow could not be set up: ${message}${hint === undefined ? '' : `\n→ ${hint}`}`)
  }
  if (findRuntime().backend === 'tensorflow')
    noteIgnoredVariables((text) => {
      context.observer.note(text)
    })
}

/** Starts worker threads with the environment that a sweep's programs have. */
export function startWorkers(cores: Layout['workers'], { env }: Pick<SweepSettings, 'env'>): WorkerPool {
  return new WorkerPool(cores, programEnvironment(env, userEnvironment()))
}

/** Checks the data, and keeps the worker threads for as long as `use` needs them. */
export async function withWorkers<T>(
  layout: Layout,
  { dataset: reference, coresPerTrial, program, env }: SweepSettings,
  use: (machinery: Machinery) => Promise<T>,
): Promise<T> {
  const datasets = new TrialDatasets(reference)
  // Only the main thread can, before the first worker loads TensorFlow. A command may have a TensorFlow of its own.
  if (!('command' in program)) prepareEnvironment(coresPerTrial)
  const pool = startWorkers(layout.workers, { env })
  try {
    return await use({ layout, pool, datasets })
  } finally {
    await pool.close()
  }
}
