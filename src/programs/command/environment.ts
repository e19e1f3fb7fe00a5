import type { Trial } from '../program.ts'

/** Each of these numeric libraries takes all cores of the machine unless told otherwise. */
const threadCounts = [
  'OMP_NUM_THREADS',
  'MKL_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'BLIS_NUM_THREADS',
  'NUMEXPR_NUM_THREADS',
  'VECLIB_MAXIMUM_THREADS',
  'RAYON_NUM_THREADS',
  'JULIA_NUM_THREADS',
  'TF_NUM_INTRAOP_THREADS',
]

/** Returns a command's environment. What it inherits is its worker thread's, which has no credentials of swath's. */
export function commandEnvironment(
  { id, params, seed, dataset, folder, cores }: Trial,
  inherited: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return {
    // Python would keep its prints until it ends, and order its sets differently in every process.
    ...{ PYTHONUNBUFFERED: '1', PYTHONHASHSEED: '0' },
    ...inherited,
    ...(cores === undefined ? {} : Object.fromEntries(threadCounts.map((name) => [name, String(cores)]))),
    SWATH_TRIAL: String(id),
    SWATH_SEED: String(seed),
    SWATH_PARAMS: JSON.stringify(params),
    SWATH_CHECKPOINT_DIR: folder,
    ...(dataset === undefined ? {} : { SWATH_DATASET: JSON.stringify(dataset) }),
  }
}
