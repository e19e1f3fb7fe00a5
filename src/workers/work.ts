import { Piscina } from 'piscina'

import { messageOf } from '../errors.ts'
import { describePoints } from './describe.ts'
import type { DescribeResult, TrainResult, WorkerSettings, WorkerTask } from './protocol.ts'
import { pinThread } from '../tensorflow/cores.ts'
import { isThreadSpent } from '../tensorflow/thread-kernels.ts'
import { startTrial } from './trial.ts'

const settings = Piscina.workerData as WorkerSettings

// Before TensorFlow is loaded: the threads of its pool inherit the cores, and so do commands.
pinThread(settings.cores)

/** The worker's side of a task. */
export async function work(task: WorkerTask): Promise<TrainResult | DescribeResult> {
  switch (task.kind) {
    case 'describe':
      return describePoints(task).catch((error: unknown) => ({ programError: messageOf(error) }))
    case 'train':
      return { outcome: await startTrial(task, settings), isThreadSpent: isThreadSpent() }
  }
}
