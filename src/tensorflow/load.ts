import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import util from 'node:util'

import type * as TensorFlow from '@tensorflow/tfjs'

import { preloadFile } from '../setup/tensorflow-release.ts'
import { requirePreparedEnvironment } from './environment.ts'
import type { Runtime } from './runtime.ts'

type Tfjs = typeof TensorFlow

let loaded: Tfjs | undefined

/** Loads tfjs on this runtime, once a thread. Call it in a worker thread: it takes half a second. */
export async function loadTensorFlow(runtime: Runtime): Promise<Tfjs> {
  const tf = loadTensorFlowNow(runtime)
  await tf.ready()
  return tf
}

/** The same for a caller that cannot wait: both backends are there as soon as they are named. */
export function loadTensorFlowNow(runtime: Runtime): Tfjs {
  loaded ??= runtime.backend === 'tensorflow' ? loadNative(runtime.bindingPath) : loadPortable()
  return loaded
}

function loadNative(bindingPath: string): Tfjs {
  requirePreparedEnvironment()
  const require = createRequire(import.meta.url)
  defineRemovedUtilities()
  require(join(dirname(bindingPath), preloadFile))
  // tfjs-node asks node-pre-gyp where its binding is; ours lies in the user's cache.
  const tfjsNode = require.resolve('@tensorflow/tfjs-node')
  const finder = createRequire(tfjsNode).resolve('@mapbox/node-pre-gyp')
  require.cache[finder] = {
    exports: { find: () => bindingPath },
    id: finder,
    filename: finder,
    loaded: true,
  } as NodeJS.Module
  return require('@tensorflow/tfjs-node') as Tfjs
}

function loadPortable(): Tfjs {
  const require = createRequire(import.meta.url)
  defineRemovedUtilities()
  const tf = require('@tensorflow/tfjs') as Tfjs
  // Else tfjs prints an advertisement for tfjs-node.
  tf.enableProdMode()
  void tf.setBackend('cpu')
  return tf
}

/**
 * What tfjs-node 4.22 calls of `util`: Node 23 removed the one, and since Node 22 both warn on stderr that they are
 * deprecated.
 */
function defineRemovedUtilities(): void {
  Object.assign(util, {
    isArray: (value: unknown) => Array.isArray(value),
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  })
}
