import PQueue from 'p-queue'

import type { CreateQueue } from './queue.ts'

/** A queue in this process: ids that wait, and as many lanes that work them off as may run at once. */
export const createInProcessQueue: CreateQueue = ({ concurrency, work, more }) => {
  const lanes = new PQueue({ concurrency })
  let waiting: number[] = []
  let next = 0
  let asking: Promise<boolean> | undefined
  let failure: { error: unknown } | undefined
  const clear = () => {
    waiting = []
    next = 0
  }
  const push = (trialIds: readonly number[]) => {
    for (const id of trialIds) waiting.push(id)
  }

  /** Resolves to false where there are no more. */
  const ask = async () => {
    const ids = (await more?.()) ?? []
    push(ids)
    return ids.length > 0
  }
  const take = async (): Promise<number | undefined> => {
    for (;;) {
      const id = waiting[next++]
      if (id !== undefined) return id
      clear()
      if (more === undefined) return undefined
      asking ??= ask().finally(() => (asking = undefined))
      if (!(await asking)) return undefined
    }
  }
  const lane = async () => {
    for (let id = await take(); id !== undefined; id = await take()) await work(id)
  }
  return {
    add(trialIds) {
      push(trialIds)
      const idle = concurrency - lanes.pending - lanes.size
      for (let k = 0; k < (more === undefined ? Math.min(idle, trialIds.length) : idle); k++) {
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
