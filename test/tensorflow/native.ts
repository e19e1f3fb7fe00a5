import { loadTensorFlow } from '../../src/tensorflow/load.ts'
import { nodeBackend, type NodeBackend } from '../../src/tensorflow/backend.ts'
import { findRuntime } from '../../src/tensorflow/runtime.ts'

export const tf = await loadTensorFlow(findRuntime())

// Else tfjs advertises tfjs-node whenever a test runs on the portable backend.
tf.enableProdMode()

/** The native backend; tests that need it fail where it isn't installed, they don't pass silently. */
export function native(): NodeBackend {
  const backend = nodeBackend(tf)
  if (backend === undefined) throw new Error('the native runtime is not installed: swath setup')
  return backend
}

/** Runs on tfjs's portable backend, which shares no kernel with TensorFlow, and comes back. */
export async function onPortable<T>(run: () => T | Promise<T>): Promise<T> {
  await tf.setBackend('cpu')
  try {
    return await run()
  } finally {
    await tf.setBackend('tensorflow')
  }
}

/** How many tensors there are: those that tfjs knows and those that TensorFlow holds for it. */
export function tensorCounts(): { tfjs: number; tensorflow: number } {
  const counting = nodeBackend(tf) as (NodeBackend & { getNumOfTFTensors(): number }) | undefined
  return { tfjs: tf.memory().numTensors, tensorflow: counting?.getNumOfTFTensors() ?? 0 }
}
