import type * as TensorFlow from '@tensorflow/tfjs'
import type { NodeBackend } from './backend.ts'

/**
 * Runs `run` with a gather that does not look at its indices. tfjs-node's own reads them in JavaScript, to see that they
 * are in bounds, and what is recorded must not be read; TensorFlow's kernel checks them itself, whenever it runs.
 */
export function withUncheckedGather<T>(tf: typeof TensorFlow, backend: NodeBackend, run: () => T): T {
  const own = tf.getKernel(tf.GatherV2, 'tensorflow')
  const blind = Object.create(backend, { readSync: { value: () => [] } }) as NodeBackend
  replaceKernel(tf, { ...own, kernelFunc: (args) => own.kernelFunc({ ...args, backend: blind }) })
  try {
    return run()
  } finally {
    replaceKernel(tf, own)
  }
}

function replaceKernel(tf: typeof TensorFlow, kernel: TensorFlow.KernelConfig): void {
  tf.unregisterKernel(kernel.kernelName, kernel.backendName)
  tf.registerKernel(kernel)
}
