import { AsyncLocalStorage } from 'node:async_hooks'
import { existsSync, rmSync } from 'node:fs'

import { trialFolder } from '../artifacts/artifacts.ts'
import { pathBelow } from '../path-below.ts'
import { loadProgram } from '../programs/load.ts'
import type { Trial } from '../programs/program.ts'
import { loadTensorFlow, loadTensorFlowNow } from '../tensorflow/load.ts'
import { findRuntime } from '../tensorflow/runtime.ts'
import { inTrialScope } from '../tensorflow/trial-scope.ts'
import { Checkpoints } from './checkpoints.ts'
import { ThreadConnection } from './connection.ts'
import type { Connection, TrainResult, TrainTask, WorkerSettings } from './protocol.ts'
import { checkProgress } from './check-progress.ts'
import { RunningTrial } from './running-trial.ts'

let connection: ThreadConnection | undefined

/** The trial under way, or the last one. */
let current: RunningTrial | undefined

/** The trial whose program started the code that runs: a timer or a promise can outlive its trial. */
const origin = new AsyncLocalStorage<RunningTrial>()

process.on('uncaughtException', failOrigin)
process.on('unhandledRejection', failOrigin)
process.stdout.write = relay
process.stderr.write = relay

/** An error that no code awaits belongs to the trial that caused it. Code of the module itself has none: the current one. */
function failOrigin(error: unknown): void {
  const trial = origin.getStore() ?? current
  trial?.fail(error)
}

type Taken = (error?: Error | null) => void

/** What a program prints goes over the port: the terminal belongs to the main thread. */
function relay(chunk: string | Uint8Array, encoding?: BufferEncoding | Taken, taken?: Taken): boolean {
  const bytes = typeof chunk === 'string' && typeof encoding === 'string' ? Buffer.from(chunk, encoding) : chunk
  current?.send({ type: 'log', text: typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString() })
  const callback = typeof encoding === 'function' ? encoding : taken
  if (callback !== undefined) process.nextTick(callback)
  return true
}

function connect(remote: Connection): void {
  connection?.close()
  connection = new ThreadConnection(remote, (command) => current?.hear(command))
}

/** Runs one trial to its outcome; never rejects. */
export async function startTrial(task: TrainTask, { cores }: WorkerSettings): Promise<TrainResult['outcome']> {
  if (task.connection !== undefined) connect(task.connection)
  if (connection === undefined) return { status: 'unconnected' }
  const { trialId: id, params, seed, dataset } = task
  // As the trial that runs by then: messages of one that ended are not waited for.
  const running: RunningTrial = new RunningTrial(task, connection, (message) => {
    current?.send({ type: 'late', trialId: id, message })
  })
  current = running
  try {
    const program = await loadProgram(task.program)
    // Its loading is no part of the first epoch of a program that is known to need it.
    if (program.model !== undefined) await loadTensorFlow(findRuntime())
    const tf = () => loadTensorFlowNow(findRuntime())
    const folder = pathBelow(task.checkpoint.location, trialFolder(id))
    // What is there before the first attempt was left by a store that is gone: a command would go on from it.
    if (task.attempt === 1 && existsSync(folder)) rmSync(folder, { recursive: true })
    const checkpoints = new Checkpoints(program, tf, task)
    const resume = checkpoints.read()
    running.resumeFrom(resume)
    const trial: Trial = {
      ...{ id, params, seed, dataset, resume },
      // A trial that has no use for it starts half a second earlier.
      get tf() {
        return tf()
      },
      get signal() {
        return running.signal
      },
      folder,
      ...(cores.length === 0 ? {} : { cores: cores.length }),
      report: (report, options) => running.report(checkpoints, report, options),
      progress: (progress) => {
        running.send({ type: 'progress', progress: checkProgress(progress) })
      },
    }
    running.send({ type: 'began' })
    const { result, left } = await inTrialScope(() =>
      Promise.race([origin.run(running, () => program.train(trial)), running.failed]),
    )
    // A trial that fails is not expected to tidy up.
    running.leftBehind(left)
    return await running.end(program, checkpoints, result)
  } catch (error) {
    return await running.endFailed(error)
  }
}
