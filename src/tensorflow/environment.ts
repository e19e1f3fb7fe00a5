/**
 * What TensorFlow reads from the environment, once, when the first worker loads it. A worker thread's `process.env` is a
 * copy that the library does not see: the main thread has to set these.
 */
export function tensorflowEnvironment(coresPerTrial: number): Record<string, string> {
  return {
    // Each worker's backend has a pool of threads of its own, which inherit the worker's cores.
    TF_OVERRIDE_GLOBAL_THREADPOOL: '1',
    TF_NUM_INTRAOP_THREADS: String(Math.max(coresPerTrial, 1)),
    // A graph runs in the thread that calls it; on a shared pool two workers took turns (2.5 s an epoch, not 1.25).
    TF_NUM_INTEROP_THREADS: '-1',
    // No banner on stderr.
    TF_CPP_MIN_LOG_LEVEL: '3',
  }
}
