import { messageOf } from '../../src/errors.ts'
import type { Report } from '../../src/programs/program.ts'
import type { Trainer, TrainOptions } from '../../src/workers/pool.ts'
import type { TrainTask, TrialOutcome } from '../../src/workers/protocol.ts'

/** What a module that reports and has no model has for a benchmark. */
export interface PlainProgram {
  train(trial: {
    readonly params: TrainTask['params']
    readonly report: (report: Report) => Promise<void>
  }): Promise<void>
}

/**
 * As many workers as one likes, in this process: they stand in for the pool of threads, and for it alone. They call the
 * program's `train` themselves, and write down how long each was free before its next trial's start was durable.
 */
export class SimulatedWorkers implements Trainer {
  readonly #program: PlainProgram
  /** What a trial lasts, in ms; 0 for as long as it takes. */
  readonly #trialMs: number
  readonly #free: { readonly number: number; readonly since: number | undefined }[]
  #isCancelled = false
  /** From free to started, in ms; not of a worker's first trial, for which all come at once. */
  readonly waits: number[] = []

  constructor(program: PlainProgram, workers: number, trialMs: number) {
    this.#program = program
    this.#trialMs = trialMs
    this.#free = Array.from({ length: workers }, (_, k) => ({ number: k + 1, since: undefined }))
  }

  async train({ begin }: TrainOptions): Promise<TrialOutcome> {
    // The one that has been free the longest.
    const worker = this.#free.shift()
    if (worker === undefined) throw new Error('more trials at once than workers')
    let isBegun = false
    try {
      const begun = await begin(worker.number, () => undefined)
      if ('status' in begun) return begun
      if (this.#isCancelled) return { status: 'cancelled' }
      const { task, onMessage } = begun
      isBegun = true
      if (worker.since !== undefined) this.waits.push(performance.now() - worker.since)
      // Not all at the same moment, as trials are.
      const pauses = Math.random() + 0.5
      if (this.#trialMs > 0) await new Promise((resolve) => setTimeout(resolve, this.#trialMs * pauses))
      const report = async (reported: Report) => {
        await onMessage({
          ...{ type: 'report', report: reported, isContinued: false },
          ...{ reportedEpoch: undefined, checkpoint: undefined },
        })
      }
      await this.#program.train({ params: task.params, report })
      return { status: 'completed', weightsSha256: null, checkpoint: null }
    } catch (error) {
      if (!isBegun) throw error
      return { status: 'failed', failure: { kind: 'threw', message: messageOf(error) } }
    } finally {
      this.#free.push({ number: worker.number, since: performance.now() })
    }
  }

  cancel(): void {
    this.#isCancelled = true
  }
}
