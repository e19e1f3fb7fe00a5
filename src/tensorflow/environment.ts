import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'

import { SwathError } from '../errors.ts'
import { availableCores } from './cores.ts'

type Environment = Readonly<NodeJS.ProcessEnv>

/**
 * TensorFlow and the libraries within it read about 150 variables, most of them undocumented. Some change the bits of a
 * result (ONEDNN_MAX_CPU_ISA), some make it wrong (TF_ONEDNN_ASSUME_FROZEN_WEIGHTS), some end the process
 * (TF_ENABLED_DEVICE_TYPES). New ones come with each version, so all names with these prefixes are removed.
 */
const prefixes = [
  ...['TF_', 'TF2_', 'TENSORFLOW_', 'TSL_', 'XLA_', 'PJRT_', 'MLIR_', 'EIGEN_'],
  ...['ONEDNN_', 'DNNL_', 'ZENDNN_', 'ACL_', 'MKL_', 'OMP_', 'GOMP_', 'KMP_', 'HWLOC_'],
  ...['INTEL_JIT_PROFILER', 'INTEL_LIBITTNOTIFY', 'CUDA_', 'CUDNN_', 'CUBLAS_', 'NVIDIA_TF32_'],
]

/** These change what is printed, or which devices exist, and no result. */
const kept = new Set([
  ...['TF_CPP_MIN_LOG_LEVEL', 'TF_CPP_MAX_VLOG_LEVEL', 'TF_CPP_VMODULE', 'ONEDNN_VERBOSE', 'DNNL_VERBOSE'],
  ...['CUDA_VISIBLE_DEVICES', 'CUDA_DEVICE_ORDER'],
])

/** Terraform's variables share a prefix with TensorFlow's, which reads none of them. */
const terraform =
  /^TF_(VAR_|CLI_|TOKEN_|REGISTRY_|PLUGIN_CACHE_|LOG(_PATH|_CORE|_PROVIDER)?$|INPUT$|DATA_DIR$|WORKSPACE$|IN_AUTOMATION$)/

/** Set in the main thread, seen by all worker threads that start later. */
export const preparedKey = 'swath: the environment is prepared for TensorFlow'

let user: Environment | undefined
let noted = false

/** Sorted names of the variables that TensorFlow is not to read. */
export function foreignVariables(environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => prefixes.some((prefix) => name.startsWith(prefix)) && !kept.has(name) && !terraform.test(name))
    .sort()
}

/** Returns the environment of a process whose TensorFlow gives each trial this number of cores. */
export function tensorflowEnvironment(cores: number, inherited: Environment = userEnvironment()): NodeJS.ProcessEnv {
  const environment = { ...inherited }
  for (const name of foreignVariables(inherited)) Reflect.deleteProperty(environment, name)
  return {
    // No banner on stderr.
    TF_CPP_MIN_LOG_LEVEL: '3',
    ...environment,
    // Each worker's backend has a pool of threads of its own, which inherit the worker's cores.
    TF_OVERRIDE_GLOBAL_THREADPOOL: '1',
    TF_NUM_INTRAOP_THREADS: String(Math.max(cores, 1)),
    // A graph runs in the thread that calls it; on a shared pool two workers took turns (2.5 s an epoch, not 1.25).
    TF_NUM_INTEROP_THREADS: '-1',
    // oneDNN's cache (1,024 kernels, 250 MB) is TensorFlow's once more, and outlives the threads.
    ONEDNN_PRIMITIVE_CACHE_CAPACITY: '128',
  }
}

/**
 * Removes the user's variables that TensorFlow would read and sets swath's own. Call it in the main thread before the library
 * loads: the library reads the environment of the process once, and does not see a worker thread's copy of `process.env`.
 * Programs of the user get {@link userEnvironment}.
 */
export function prepareEnvironment(cores: number): void {
  user ??= { ...process.env }
  for (const name of foreignVariables(process.env)) Reflect.deleteProperty(process.env, name)
  Object.assign(process.env, tensorflowEnvironment(cores))
  setEnvironmentData(preparedKey, true)
}

/** The environment as the user set it, for worker threads and for commands. */
export function userEnvironment(): NodeJS.ProcessEnv {
  return { ...(user ?? process.env) }
}

/** Says once a process which of the user's variables are ignored, if any are. */
export function noteIgnoredVariables(note: (text: string) => void): void {
  const names = noted ? [] : foreignVariables(userEnvironment())
  noted = true
  if (names.length === 0) return
  note(`Not passed to swath’s TensorFlow, since the same seed gives the same bits: ${names.join(', ')}.`)
}

/**
 * Makes sure that TensorFlow reads no variable of the user's when it is loaded now.
 *
 * @throws SwathError('setup') in a worker thread of a process that has not prepared its environment and has such variables
 */
export function requirePreparedEnvironment(): void {
  if (getEnvironmentData(preparedKey) === true) return
  if (isMainThread) {
    prepareEnvironment(availableCores().length)
    return
  }
  const names = foreignVariables(process.env)
  if (names.length === 0) return
  throw new SwathError('setup', `TensorFlow would read ${names.join(', ')} from the environment`, {
    hint: 'unset it, or call loadTensorFlow() in the main thread before this worker thread starts',
  })
}
