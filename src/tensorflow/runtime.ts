import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { cached } from '../setup/cache.ts'
import { bindingFile, runtimeFolder, tensorflowVersion } from '../setup/tensorflow-release.ts'

/** What executes the operations of a model. */
export type Runtime =
  | { readonly backend: 'tensorflow'; readonly version: string; readonly bindingPath: string }
  /** tfjs in plain JavaScript: every command works, training is slow. */
  | { readonly backend: 'portable'; readonly reason: string; readonly hint: string }

/** The runtime that would be used now; loads nothing. */
export function findRuntime(): Runtime {
  if (process.env.SWATH_BACKEND === 'portable') {
    return { backend: 'portable', reason: 'SWATH_BACKEND=portable asks for it', hint: 'unset SWATH_BACKEND' }
  }
  const bindingPath = join(cached(runtimeFolder), bindingFile)
  if (existsSync(bindingPath)) return { backend: 'tensorflow', version: tensorflowVersion, bindingPath }
  return { backend: 'portable', reason: 'TensorFlow is not set up', hint: 'run `swath setup`' }
}

/** For people. */
export function describeRuntime(runtime: Runtime): string {
  if (runtime.backend === 'tensorflow') return `TensorFlow ${runtime.version}`
  return `portable JavaScript (slow): ${runtime.reason}; ${runtime.hint}`
}
