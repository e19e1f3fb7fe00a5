import { SwathError } from '../errors.ts'
import { availableCores } from '../tensorflow/cores.ts'

/** Which cores each worker owns. */
export interface Layout {
  /** 0: none of its own. */
  readonly coresPerTrial: number
  readonly workers: readonly (readonly number[])[]
}

/** What the command line says about the machine; all of it is used by default. */
export interface LayoutOptions {
  /** Cores in all. */
  readonly cores?: number | undefined
  readonly workers?: number | undefined
}

/**
 * Divides the cores that this process may use among workers; throws if there are not enough. Trials that need no core of
 * their own (they wait for something, or hardly compute) share all of them, and there may be any number of workers.
 */
export function layOut(coresPerTrial: number, options: LayoutOptions, available = availableCores()): Layout {
  refuseFractions(options)
  const { cores = available.length } = options
  if (cores > available.length) {
    throw new SwathError('usage', `--cores ${cores}: this process may use ${available.length}`)
  }
  if (coresPerTrial > cores) {
    throw new SwathError('usage', `resources.cores: a trial wants ${coresPerTrial} cores, there are ${cores} to use`)
  }
  const use = available.slice(0, cores)
  if (coresPerTrial === 0) {
    const shared = cores < available.length ? use : []
    return { coresPerTrial, workers: Array.from({ length: options.workers ?? cores }, () => shared) }
  }
  const most = Math.floor(cores / coresPerTrial)
  const { workers = most } = options
  if (workers > most) {
    throw new SwathError(
      'usage',
      `--workers ${workers}: ${cores} cores are enough for ${most} trials of ${coresPerTrial} at once`,
      { hint: 'trials that need no core of their own say so in the file: resources: { cores: 0 }' },
    )
  }
  return {
    coresPerTrial,
    workers: Array.from({ length: workers }, (_, k) => use.slice(k * coresPerTrial, (k + 1) * coresPerTrial)),
  }
}

/** The same for whatever sweep comes: as many of the workers that were asked for as there are cores for its trials. */
export function layOutMost(coresPerTrial: number, options: LayoutOptions, available = availableCores()): Layout {
  const { cores = available.length, workers } = options
  if (workers === undefined || coresPerTrial === 0) return layOut(coresPerTrial, options, available)
  const most = Math.max(1, Math.floor(cores / coresPerTrial))
  return layOut(coresPerTrial, { ...options, workers: Math.min(workers, most) }, available)
}

function refuseFractions(options: LayoutOptions): void {
  for (const [name, value] of Object.entries(options) as [string, number | undefined][]) {
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue
    throw new SwathError('usage', `--${name} ${value}: expected a whole number from 1`)
  }
}
