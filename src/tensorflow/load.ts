import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import util from 'node:util'

import type * as TensorFlow from '@tensorflow/tfjs'

import { carriedPackage } from '../carried-package.ts'
import { pathFrom } from '../path-below.ts'
import { preloadFile } from '../setup/tensorflow-release.ts'
import { requirePreparedEnvironment } from './environment.ts'
import type { Runtime } from './runtime.ts'
import { watchTensors } from './trial-scope.ts'

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
  if (loaded === undefined) {
    loaded = runtime.backend === 'tensorflow' ? loadNative(runtime.bindingPath) : loadPortable()
    watchTensors(loaded)
  }
  return loaded
}

function loadNative(bindingPath: string): Tfjs {
  requirePreparedEnvironment()
  const require = createRequire(import.meta.url)
  defineRemovedUtilities()
  require(join(dirname(bindingPath), preloadFile))
  // As tfjs-node's own index does, which asks node-pre-gyp where its binding is: ours lies in the user's cache.
  const part = (name: string): unknown => require(pathFrom(join(carriedPackage('@tensorflow/tfjs-node'), 'dist'), name))
  part('register_all_kernels')
  const tf = require('@tensorflow/tfjs') as Tfjs
  const { NodeJSKernelBackend } = part('nodejs_kernel_backend') as NodeBackendModule
  const binding: unknown = require(bindingPath)
  tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node'), 3)
  void tf.setBackend('tensorflow')
  const { nodeFileSystemRouter } = part('io/file_system') as FileSystemModule
  tf.io.registerLoadRouter(nodeFileSystemRouter)
  tf.io.registerSaveRouter(nodeFileSystemRouter)
  const { ProgbarLogger } = part('callbacks') as CallbacksModule
  tf.registerCallbackConstructor(1, ProgbarLogger)
  return { ...tf, ...(part('node') as object), io: { ...tf.io, ...(part('io/index') as object) } }
}

/** What is used of tfjs-node's modules, which come untyped. */
interface NodeBackendModule {
  readonly NodeJSKernelBackend: new (binding: unknown, packageName: string) => TensorFlow.KernelBackend
}
interface FileSystemModule {
  readonly nodeFileSystemRouter: Parameters<typeof TensorFlow.io.registerLoadRouter>[0]
}
interface CallbacksModule {
  readonly ProgbarLogger: Parameters<typeof TensorFlow.registerCallbackConstructor>[1]
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
