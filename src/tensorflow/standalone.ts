import type * as TensorFlow from '@tensorflow/tfjs'
import { isMainThread } from 'node:worker_threads'

import { SwathError } from '../errors.ts'
import { availableCores } from './cores.ts'
import { noteIgnoredVariables, prepareEnvironment } from './environment.ts'
import { loadTensorFlow as load } from './load.ts'
import { findRuntime } from './runtime.ts'

export interface LoadOptions {
  /** Cores for TensorFlow's kernels; default: all that this process may use. */
  readonly cores?: number
}

/**
 * Loads tfjs on the TensorFlow that `swath setup` has made, for a program that is not part of a sweep; a trial has it as
 * `trial.tf`. TensorFlow reads its settings once, from the environment of the process: call this in the main thread first.
 * It removes the variables there that would change results.
 *
 * @throws SwathError('setup') if there is no TensorFlow, or if a worker thread is the first to call it and TensorFlow would
 * read variables that change results; with SWATH_BACKEND=portable tfjs runs in plain JavaScript
 */
export async function loadTensorFlow({ cores = availableCores().length }: LoadOptions = {}): Promise<
  typeof TensorFlow
> {
  const runtime = findRuntime()
  if (runtime.backend === 'portable' && process.env.SWATH_BACKEND !== 'portable') {
    throw new SwathError('setup', `${runtime.reason}: run \`npx swath setup\` once`, {
      hint: 'or set SWATH_BACKEND=portable to train in plain JavaScript, slowly',
    })
  }
  if (isMainThread && runtime.backend === 'tensorflow') {
    prepareEnvironment(cores)
    noteIgnoredVariables((text) => {
      process.emitWarning(text, 'SwathWarning')
    })
  }
  return load(runtime)
}
