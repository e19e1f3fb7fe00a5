import PQueue from 'p-queue'

import type { CreateQueue } from './queue.ts'

/** A queue in this process. */
export const createInProcessQueue: CreateQueue = ({ concurrency, work }) => {
  const queue = new PQueue({ concurrency })
  let failure: { error: unknown } | undefined
  return {
    add(trialIds) {
      for (const id of trialIds) {
        queue
          .add(() => work(id))
          .catch((error: unknown) => {
            // `work` keeps a trial's failures to itself; what comes out of it is ours, and no further trial can be trusted.
            failure ??= { error }
            queue.clear()
          })
      }
    },
    async whenIdle() {
      await queue.onIdle()
      if (failure !== undefined) throw failure.error
    },
    clear() {
      queue.clear()
    },
  }
}
