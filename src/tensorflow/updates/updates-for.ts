import type * as TensorFlow from '@tensorflow/tfjs'
import { nodeBackend } from '../backend.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import { KernelUpdates } from './kernel-updates.ts'
import { PlainUpdates } from './plain-updates.ts'
import type { Updates } from './updates.ts'

/** The quickest updates on the backend in use. */
export function updatesFor(tf: typeof TensorFlow, optimizer: Optimizer): Updates {
  const backend = nodeBackend(tf)
  return backend === undefined ? new PlainUpdates(tf, optimizer) : new KernelUpdates(tf, backend, optimizer)
}
