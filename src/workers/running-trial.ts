import type { StoredArtifact } from '../artifacts/artifacts.ts'
import { weightsSha256 } from '../artifacts/checkpoint.ts'
import { messageOf } from '../errors.ts'
import type {
  RawReport,
  ReportOptions,
  TrialCheckpoint,
  TrialProgram,
  TrialResult,
  TrialResume,
} from '../programs/program.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { ThreadConnection } from './connection.ts'
import type { Leftovers } from '../tensorflow/trial-scope.ts'
import { failureOf } from './failure.ts'
import type { TrainTask, TrialCommand, TrialMessage, TrialOutcome } from './protocol.ts'
import { epochOf } from './check-progress.ts'
import { ReportReader } from './report-reader.ts'

/** One trial under way in this thread: what it reports, how it fails, how it ends. */
export class RunningTrial {
  readonly #id: number
  readonly #connection: ThreadConnection
  readonly #sayLate: (message: string) => void
  #isCancelled = false
  /** Made when the program asks: most trials of a millisecond do not. */
  #cancel: AbortController | undefined
  readonly #waiting: ((verdict: 'continue' | 'stop') => void)[] = []
  #lastReport: Promise<unknown> = Promise.resolve()
  #failure: { readonly reason: unknown } | undefined
  #reject: (reason: unknown) => void = () => undefined
  /** Rejects when something fails that nobody awaits. */
  readonly failed = new Promise<never>((_, reject) => (this.#reject = reject))
  readonly #reader: ReportReader
  /** False of a command, which ends its process before its trial fails, and awaits every report. */
  readonly #failsAtOnce: boolean
  #lastEpoch: number
  /** Epoch of the newest checkpoint: an epoch has at most one, though several reports may bring one. */
  #keptEpoch: number
  /** Of the last checkpoint: a result with the same weights is there already. */
  #keptWeights: string | null = null
  #stopped = false
  #ended = false

  /** @param sayLate says what happens to this trial once it has ended, over a port that is open then */
  constructor(task: TrainTask, connection: ThreadConnection, sayLate: (message: string) => void) {
    const { trialId, program, resume, watched, reportedEpochs: known } = task
    this.#id = trialId
    this.#reader = new ReportReader(watched, { resumedEpoch: resume?.epoch ?? 0, known })
    this.#failsAtOnce = !('command' in program)
    this.#connection = connection
    this.#sayLate = sayLate
    this.#lastEpoch = this.#keptEpoch = resume?.epoch ?? 0
    this.failed.catch(() => undefined)
  }

  get signal(): AbortSignal {
    this.#cancel ??= new AbortController()
    if (this.#isCancelled) this.#cancel.abort()
    return this.#cancel.signal
  }

  send(message: TrialMessage): void {
    this.#connection.send(this.#id, message)
  }

  /** Hears what it is told; what was meant for the trial before comes too late. */
  hear(command: TrialCommand): void {
    if (command.trialId !== this.#id) return
    if (command.type === 'acknowledge') this.#acknowledge(command.verdict)
    else {
      this.#isCancelled = true
      this.#cancel?.abort()
    }
  }

  /** A result with these weights is in a file already. */
  resumeFrom(resume: TrialResume | undefined): void {
    this.#keptWeights = weightsSha256(resume)
  }

  async report(
    checkpoints: Checkpoints,
    given: RawReport,
    { checkpoint, repeated }: ReportOptions = {},
  ): Promise<'continue' | 'stop'> {
    if (this.#ended) {
      this.#sayLate(`reported ${epochOf(given)} after it had ended: ignored`)
      return 'stop'
    }
    try {
      const { notices, ...read } = this.#reader.read(given, repeated)
      const { epoch } = read.report
      this.#lastEpoch = epoch
      const kept =
        checkpoint !== undefined && epoch > this.#keptEpoch && checkpoints.isDue(epoch)
          ? this.#keep(checkpoints, `epoch-${epoch}`, typeof checkpoint === 'function' ? checkpoint() : checkpoint)
          : undefined
      if (kept !== undefined) this.#keptEpoch = epoch
      const acknowledged = new Promise<'continue' | 'stop'>((resolve) => this.#waiting.push(resolve))
      this.#lastReport = acknowledged
      if (notices.length > 0) this.send({ type: 'notices', notices })
      this.send({ type: 'report', ...read, checkpoint: kept })
      return await acknowledged
    } catch (error) {
      // Also where the program does not await its reports, a bad one fails the trial.
      if (this.#failsAtOnce) this.fail(error)
      throw error
    }
  }

  fail(reason: unknown): void {
    // A bad report that nobody awaits comes here twice.
    if (this.#failure !== undefined && reason === this.#failure.reason) return
    if (this.#ended) {
      this.#sayLate(`failed after it had ended: ${messageOf(reason)}`)
      return
    }
    this.#failure ??= { reason }
    this.#reject(reason)
  }

  /** Says what the program has not disposed. */
  leftBehind({ tensors, bytes }: Leftovers): void {
    if (tensors === 0) return
    const detail = `${tensors} tensor${tensors === 1 ? '' : 's'}, ${(bytes / 1e6).toFixed(1)} MB`
    this.send({ type: 'notices', notices: [{ kind: 'tensors', name: 'tensors', detail }] })
  }

  /** Ends once every report is on disk, also those that the program did not await. */
  async end(program: TrialProgram, checkpoints: Checkpoints, result: TrialResult | undefined): Promise<TrialOutcome> {
    await this.#lastReport
    if (this.#failure !== undefined) return this.endFailed(this.#failure.reason)
    if (this.#isCancelled) {
      this.#ended = true
      return { status: 'cancelled' }
    }
    const hash = weightsSha256(result)
    const isModel = result?.weights !== undefined && program.model !== undefined && hash !== this.#keptWeights
    const checkpoint = isModel
      ? { ...this.#keep(checkpoints, 'result', { ...result, weights: result.weights }), epoch: this.#lastEpoch }
      : null
    this.#ended = true
    if (this.#stopped) return { status: 'stopped', checkpoint }
    return { status: 'completed', weightsSha256: hash, checkpoint }
  }

  async endFailed(error: unknown): Promise<TrialOutcome> {
    await this.#lastReport
    this.#ended = true
    return this.#isCancelled ? { status: 'cancelled' } : { status: 'failed', failure: failureOf(error) }
  }

  #keep(checkpoints: Checkpoints, of: `epoch-${number}` | 'result', checkpoint: TrialCheckpoint): StoredArtifact {
    const kept = checkpoints.write(of, checkpoint, (reason) => {
      this.send({ type: 'waiting', reason })
    })
    this.#keptWeights = weightsSha256(checkpoint)
    return kept
  }

  #acknowledge(verdict: 'continue' | 'stop'): void {
    if (verdict === 'stop') this.#stopped = true
    this.#waiting.shift()?.(verdict)
  }
}
