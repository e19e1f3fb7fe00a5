import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'

import type { StoredArtifact } from '../artifacts/artifacts.ts'
import { encodeCheckpoint, weightsSha256 } from '../artifacts/checkpoint.ts'
import { openArtifacts } from '../artifacts/open.ts'
import { messageOf } from '../errors.ts'
import { CommandError } from '../programs/command/failure.ts'
import { loadProgram } from '../programs/load.ts'
import type { Report, Trial, TrialProgram, TrialResult } from '../programs/program.ts'
import { loadTensorFlow } from '../tensorflow/load.ts'
import { findRuntime } from '../tensorflow/runtime.ts'
import type { TrainTask, TrialCommand, TrialFailure, TrialMessage, TrialOutcome, WorkerSettings } from './protocol.ts'
import { checkReport, ReportError } from './report-check.ts'

/** The trial under way, or the last one: what goes wrong out of turn belongs to it. */
let current: RunningTrial | undefined

process.on('uncaughtException', (error) => current?.fail(error))
process.on('unhandledRejection', (reason) => current?.fail(reason))
process.stdout.write = (chunk: string | Uint8Array) => relay(chunk)
process.stderr.write = (chunk: string | Uint8Array) => relay(chunk)

/** What a program prints goes over the port: the terminal belongs to the main thread. */
function relay(chunk: string | Uint8Array): boolean {
  current?.send({ type: 'log', text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString() })
  return true
}

/** Runs one trial to its outcome; never rejects. */
export async function startTrial(task: TrainTask, { cores }: WorkerSettings): Promise<TrialOutcome> {
  current?.close()
  const running = new RunningTrial(task.trialId, task.port)
  current = running
  try {
    const program = await loadProgram(task.program)
    // A command has no use for it, and starts half a second earlier.
    const tf = 'command' in task.program ? ({} as Trial['tf']) : await loadTensorFlow(findRuntime())
    const { trialId: id, params, seed, dataset } = task
    const folder = join(task.checkpoint.location, `trial-${id}`)
    // What is there before the first attempt was left by a store that is gone: a command would go on from it.
    if (task.attempt === 1) rmSync(folder, { recursive: true, force: true })
    const trial: Trial = {
      id,
      params,
      seed,
      dataset,
      tf,
      signal: running.signal,
      resume: undefined,
      folder,
      ...(cores.length === 0 ? {} : { cores: cores.length }),
      report: (report) => running.report(report),
      progress: (progress) => {
        running.send({ type: 'progress', progress })
      },
    }
    const result = await Promise.race([program.train(trial), running.failed])
    return await running.end(result, () => keepCheckpoint(program, tf, task, result))
  } catch (error) {
    return await running.endFailed(error)
  }
}

class RunningTrial {
  readonly #id: number
  readonly #port: MessagePort
  readonly #cancel = new AbortController()
  readonly #waiting: ((verdict: 'continue' | 'stop') => void)[] = []
  #lastReport: Promise<unknown> = Promise.resolve()
  #failure: { readonly reason: unknown } | undefined
  #reject: (reason: unknown) => void = () => undefined
  /** Rejects when something fails that nobody awaits. */
  readonly failed = new Promise<never>((_, reject) => (this.#reject = reject))
  #lastEpoch = 0
  #stopped = false
  #ended = false

  constructor(id: number, port: MessagePort) {
    this.#id = id
    this.#port = port
    this.failed.catch(() => undefined)
    port.on('message', (command: TrialCommand) => {
      if (command.type === 'cancel') this.#cancel.abort()
      else this.#acknowledge(command.verdict)
    })
  }

  get signal(): AbortSignal {
    return this.#cancel.signal
  }

  send(message: TrialMessage): void {
    this.#port.postMessage(message)
  }

  async report(report: Report): Promise<'continue' | 'stop'> {
    if (this.#ended) {
      this.#sayLate(`reported epoch ${report.epoch} after it had ended: ignored`)
      return 'stop'
    }
    try {
      checkReport(report, this.#lastEpoch)
    } catch (error) {
      // Also where the program does not await its reports, a bad one fails the trial.
      this.fail(error)
      throw error
    }
    this.#lastEpoch = report.epoch
    const acknowledged = new Promise<'continue' | 'stop'>((resolve) => this.#waiting.push(resolve))
    this.#lastReport = acknowledged
    this.send({ type: 'report', report })
    return acknowledged
  }

  fail(reason: unknown): void {
    if (this.#ended) {
      this.#sayLate(`failed after it had ended: ${messageOf(reason)}`)
      return
    }
    this.#failure ??= { reason }
    this.#reject(reason)
  }

  /** Ends once every report is on disk, also those that the program did not await. */
  async end(result: TrialResult | undefined, keep: () => StoredArtifact | null): Promise<TrialOutcome> {
    await this.#lastReport
    if (this.#failure !== undefined) return this.endFailed(this.#failure.reason)
    if (this.#cancel.signal.aborted) {
      this.#ended = true
      return { status: 'cancelled' }
    }
    const checkpoint = keep()
    this.#ended = true
    if (this.#stopped) return { status: 'stopped', checkpoint }
    return { status: 'completed', weightsSha256: weightsSha256(result), checkpoint }
  }

  async endFailed(error: unknown): Promise<TrialOutcome> {
    await this.#lastReport
    this.#ended = true
    return this.#cancel.signal.aborted ? { status: 'cancelled' } : { status: 'failed', failure: failureOf(error) }
  }

  close(): void {
    this.#port.close()
  }

  /** Over the port of the trial that runs by now, if one does: the own one may be closed. */
  #sayLate(message: string): void {
    current?.send({ type: 'late', trialId: this.#id, message })
  }

  #acknowledge(verdict: 'continue' | 'stop'): void {
    if (verdict === 'stop') this.#stopped = true
    this.#waiting.shift()?.(verdict)
  }
}

function failureOf(error: unknown): TrialFailure {
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}
  if (error instanceof CommandError) return error.failure
  if (error instanceof ReportError) return { kind: error.kind, message: error.message }
  if (error instanceof Error && error.name === 'DivergedError') return { kind: 'diverged', message: error.message }
  return { kind: 'threw', message: messageOf(error), ...stack }
}

/** Writes down what a program that has a model returned of it; null for one that has not, or returned none. */
function keepCheckpoint(
  program: TrialProgram,
  tf: Trial['tf'],
  { params, dataset, checkpoint: { location, name } }: TrainTask,
  result: TrialResult | undefined,
): StoredArtifact | null {
  if (result?.weights === undefined || program.model === undefined) return null
  const model = program.model(tf, params, dataset)
  try {
    return openArtifacts(location).write(name, encodeCheckpoint(model, result, dataset))
  } finally {
    model.dispose()
  }
}
