import type * as TensorFlow from '@tensorflow/tfjs'
import type { SetupObserver } from '../setup/progress.ts'
import { setup } from '../setup/setup.ts'
import { noteIgnoredVariables, prepareEnvironment } from '../tensorflow/environment.ts'
import { loadTensorFlow } from '../tensorflow/load.ts'
import { findRuntime } from '../tensorflow/runtime.ts'

/** TensorFlow in this process, on so many cores; in plain JavaScript where it cannot be set up. */
export async function loadForInference(cores: number, observer: SetupObserver): Promise<typeof TensorFlow> {
  await setup({ observer })
  const runtime = findRuntime()
  if (runtime.backend === 'tensorflow') {
    prepareEnvironment(cores)
    noteIgnoredVariables((text) => process.stderr.write(`${text}\n`))
  }
  return loadTensorFlow(runtime)
}
