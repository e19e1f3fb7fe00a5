import { trainingExamples } from '../datasets/split.ts'
import type { TrialDatasets } from '../datasets/of-trial.ts'
import { energyOf } from '../inference/energy.ts'
import { formatCompact, formatDuration, formatNumber } from '../report/format.ts'
import { grid } from '../search/grid.ts'
import { firstToReach } from '../store/final-metrics.ts'
import type { ProgressRow, SweepRow } from '../store/schema.ts'
import { failuresBeforeAnyReport, type FailedAttempt } from '../store/early-failures.ts'
import type { Store } from '../store/store.ts'
import { endSweep, progressOf, sweepById } from '../store/sweeps.ts'
import { trainedEpochs } from '../store/trained-epochs.ts'
import { trainingTime } from '../store/training-time.ts'
import { countBegun, countTrials } from '../store/trials.ts'
import { storedSettings, type SweepSettings } from '../sweep/definition.ts'
import { storedDefinition } from '../sweep/stored.ts'
import { spaceOf } from '../sweep/space.ts'
import { trainingWork } from './cost.ts'
import { failureHeadline, failureSignature } from './failure-signature.ts'
import { isPlannedLater } from './planner.ts'
import { readableParameters } from '../store/trial-parameters.ts'

/** Asking takes a tenth of the time at most; what takes less than this is asked each time. */
const quickMs = 20
/** How long a sweep without limits is taken to have none. */
const recheckMs = 1_000

/**
 * What ends a sweep before its trials are done: a budget, a target, a trial that shows that no other can succeed, or first
 * trials that all fail the same way. All decide from rows, whichever process asks. The decision is a row too, so that no
 * process begins another trial.
 */
export class Limits {
  readonly #store: Store
  readonly #sweepId: number
  readonly #datasets: TrialDatasets
  #reached: string | undefined
  readonly #program: string | null
  #isSuperseded = false
  #askAgainAt = -Infinity

  constructor(store: Store, { id, program_sha256 }: Pick<SweepRow, 'id' | 'program_sha256'>, datasets: TrialDatasets) {
    this.#store = store
    this.#sweepId = id
    this.#datasets = datasets
    this.#program = program_sha256
  }

  /** True once the sweep's trials are to run another version of its program, by the row that was read last. */
  get isSuperseded(): boolean {
    return this.#isSuperseded
  }

  /**
   * Why no further trial is to begin. Between two questions that take long the last answer stands.
   * @param isLast true where nothing asks after this: the rows decide, however long that takes
   */
  async reached({ isLast = false } = {}): Promise<string | undefined> {
    const began = performance.now()
    if (this.#reached !== undefined || (!isLast && began < this.#askAgainAt)) return this.#reached
    const sweep = await sweepById(this.#store.db, this.#sweepId)
    // One that was deleted is nobody's to end.
    if (sweep === undefined) return undefined
    this.#isSuperseded = sweep.program_sha256 !== this.#program
    this.#reached = sweep.ended_because ?? undefined
    if (this.#reached !== undefined) return this.#reached
    const settings = storedSettings(sweep)
    if (settings.target === null && Object.keys(settings.budget).length === 0) {
      // A run of the changed file may give it a limit while it trains.
      if (this.#store.openQueue === undefined) this.#askAgainAt = performance.now() + recheckMs
      return undefined
    }
    const reason = await limitReached(this.#store, sweep, settings, this.#datasets)
    // A run of the changed file may have raised the limit meanwhile: then the next call decides by the new one.
    if (reason !== undefined && (await this.#end({ reason, settings: sweep.settings }))) this.#reached = reason
    const took = performance.now() - began
    if (took > quickMs) this.#askAgainAt = performance.now() + 9 * took
    return this.#reached
  }

  /** No further trial begins, here or elsewhere. */
  async end(reason: string): Promise<void> {
    this.#reached = reason
    await this.#end({ reason })
  }

  /** Ends the sweep if its first trials have all failed the same way. Call it when such a failure is stored. */
  async endAfterEarlyFailures(): Promise<void> {
    if (this.#reached !== undefined) return
    const { db } = this.#store
    const sweep = await sweepById(db, this.#sweepId)
    if (sweep?.ended_because !== null) return
    const most = storedSettings(sweep).stopAfterFailures
    const found = most === 0 ? undefined : sameFailure(await failuresBeforeAnyReport(db, sweep), most)
    if (found !== undefined && (await this.#end({ ...found, settings: sweep.settings }))) this.#reached = found.reason
  }

  #end(end: { readonly reason: string; readonly settings?: string; readonly trialId?: number }): Promise<boolean> {
    return endSweep(this.#store.db, this.#sweepId, { ...end, at: this.#store.now().toISOString() })
  }
}

/**
 * Why a sweep ends whose failed attempts are these, all that it has: `most` trials or more, and one way to fail. Attempts of
 * one trial count once.
 */
function sameFailure(
  failures: readonly FailedAttempt[],
  most: number,
): { readonly reason: string; readonly trialId: number } | undefined {
  const [first] = failures
  const trials = new Set(failures.map(({ trial_id }) => trial_id)).size
  if (first === undefined || trials < most) return undefined
  const [signature, ...others] = failures.map((failure) => failureSignature(failure, readableParameters(failure)))
  if (others.some((other) => other !== signature)) return undefined
  const which = trials === 1 ? 'the first trial failed' : `the first ${trials} trials failed the same way,`
  return { reason: `${which} before any report: ${failureHeadline(first)}`, trialId: first.trial_id }
}

/** Which limit of a sweep is reached, by its rows: for people. */
async function limitReached(
  store: Store,
  sweep: SweepRow,
  { budget, power, target, cap }: Pick<SweepSettings, 'budget' | 'power' | 'target' | 'cap'>,
  datasets: TrialDatasets,
): Promise<string | undefined> {
  const { db } = store
  const { trials, hours, flops, co2_g } = budget
  const progress = await progressOf(db, sweep.id)
  if (trials !== undefined && (await areSpent(store, sweep, trials, progress))) {
    return `the budget of ${trials} trials is spent`
  }
  const isLeft = progress.queued > 0 || (isPlannedLater(sweep) && progress.trials < cap)
  if (!isLeft) return undefined
  if (target !== null) {
    const trial = await firstToReach(db, sweep.id, target)
    if (trial !== undefined) {
      return `trial ${trial.id} has reached ${target.name} ${formatNumber(trial.value)}; the target was ${target.value}`
    }
  }
  if (hours !== undefined || co2_g !== undefined) {
    const { seconds, hostSeconds } = await trainingTime(db, sweep.id, store.now())
    if (hours !== undefined && seconds >= 3600 * hours) {
      return `the budget of ${formatNumber(hours)} hours is spent: ${formatDuration(seconds)} of training`
    }
    const grams = energyOf(hostSeconds, power).co2eqMg / 1000
    if (co2_g !== undefined && grams >= co2_g) {
      const { cpuWatts, ramWatts, gramsPerKwh } = power
      const estimate = `an estimate: ${formatDuration(hostSeconds)} at ${cpuWatts + ramWatts} W and ${gramsPerKwh} g a kilowatt-hour`
      return `the budget of ${formatNumber(co2_g)} g of CO2 is spent: ${formatNumber(grams)} g, ${estimate}`
    }
  }
  if (flops === undefined) return undefined
  const spent = await trainingFlops(store, sweep, datasets)
  if (spent < flops) return undefined
  return `the budget of ${formatCompact(flops)} FLOPs is spent: ${formatCompact(spent)} of training`
}

/** A trial that has begun and waits, after an interruption, is one of those that may still be trained. */
async function areSpent(
  { db }: Store,
  sweep: SweepRow,
  trials: number,
  { queued }: Pick<ProgressRow, 'queued'>,
): Promise<boolean> {
  const { begun, waiting, training } = await countBegun(db, sweep.id)
  if (begun < trials || waiting > 0) return false
  // Where no other could begin there is time: the last one's process may be gone, and it wait again.
  if (queued === 0 && training > 0) return false
  const { parameters, repeat } = storedDefinition(sweep)
  // Of a grid that is no larger nothing is left to spend.
  if (sweep.method === 'grid' && grid.count(spaceOf(parameters)) * repeat <= trials) {
    return (await countTrials(db, sweep.id)) > trials
  }
  return true
}

async function trainingFlops({ db }: Store, sweep: SweepRow, datasets: TrialDatasets): Promise<number> {
  let sum = 0
  for (const row of await trainedEpochs(db, sweep.id)) {
    const { flops, epochs } = row
    const dataset = await datasets.of(readableParameters(row))
    sum += trainingWork({ flops, params: { epochs } }, dataset && trainingExamples(dataset))
  }
  return sum
}
