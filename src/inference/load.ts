import type * as TensorFlow from '@tensorflow/tfjs'
import type { SetupObserver } from '../setup/progress.ts'
import { setup } from '../setup/setup.ts'
import { tensorflowEnvironment } from '../tensorflow/environment.ts'
import { loadTensorFlow } from '../tensorflow/load.ts'
import { findRuntime } from '../tensorflow/runtime.ts'

/** TensorFlow in this process, on so many cores; in plain JavaScript where it cannot be set up. */
export async function loadForInference(cores: number, observer: SetupObserver): Promise<typeof TensorFlow> {
  await setup({ observer })
  Object.assign(process.env, tensorflowEnvironment(cores))
  return loadTensorFlow(findRuntime())
}
