import PQueue from 'p-queue'

import type { CreateQueue } from './queue.ts'

/** A queue in this process: ids that wait, and as many lanes that work them off as may run at once. */
export const createInProcessQueue: CreateQueue = ({ concurrency, work }) => {
  const lanes = new PQueue({ concurrency })
  let waiting: number[] = []
  let next = 0
  let failure: { error: unknown } | undefined
  const clear = () => {
    waiting = []
    next = 0
  }
  const lane = async () => {
    for (let id = waiting[next++]; id !== undefined; id = waiting[next++]) await work(id)
    clear()
  }
  return {
    add(trialIds) {
      for (const id of trialIds) waiting.push(id)
      const idle = concurrency - lanes.pending - lanes.size
      for (let k = 0; k < Math.min(idle, trialIds.length); k++) {
        lanes.add(lane).catch((error: unknown) => {
          // `work` keeps a trial's failures to itself; what comes out of it is ours, and no further trial can be trusted.
          failure ??= { error }
          clear()
        })
      }
    },
    async whenIdle() {
      await lanes.onIdle()
      if (failure !== undefined) throw failure.error
    },
    clear,
  }
}
