/** Trials that wait for a worker. It holds ids alone: what they mean is in the store. */
interface TrialQueue {
  add(trialIds: readonly number[]): void
  /** Resolves when nothing waits and nothing runs. */
  whenIdle(): Promise<void>
  /** Forgets what waits; what runs goes on. */
  clear(): void
}

interface QueueOptions {
  readonly concurrency: number
  readonly work: (trialId: number) => Promise<void>
  /** Asked, by one at a time, where a worker is free and nothing waits; none once it is known that there are no more. */
  readonly more?: (() => Promise<readonly number[]>) | undefined
}

/** Runs `work` for each trial, at most `concurrency` at once, in the order in which they were added. */
export type CreateQueue = (options: QueueOptions) => TrialQueue
