/** Which checkpoints of a trial stay. */
export const keepPolicies = ['last', 'best', 'all'] as const

export interface CheckpointPolicy {
  /** After every so many epochs; 0 for none but the trained model. */
  readonly every: number
  readonly keep: (typeof keepPolicies)[number]
}

export interface KeptCheckpoint {
  readonly name: string
  readonly epoch: number
  /** What `best` goes by, the greater the better; undefined where it was not reported. */
  readonly score: number | undefined
}

/**
 * The checkpoints that a trial no longer needs. While it trains the newest two stay, so that a torn one has one before it;
 * after its end the newest. `best` keeps the one with the greatest score as well, the earliest of equals.
 */
export function superfluous(
  checkpoints: readonly KeptCheckpoint[],
  keep: CheckpointPolicy['keep'],
  { ended }: { readonly ended: boolean },
): KeptCheckpoint[] {
  if (keep === 'all') return []
  const byEpoch = checkpoints.toSorted((a, b) => a.epoch - b.epoch)
  const best = keep === 'best' ? bestOf(byEpoch) : undefined
  return byEpoch.slice(0, ended ? -1 : -2).filter((checkpoint) => checkpoint !== best)
}

export function bestOf(checkpoints: readonly KeptCheckpoint[]): KeptCheckpoint | undefined {
  return checkpoints.reduce<KeptCheckpoint | undefined>(
    (best, checkpoint) => ((checkpoint.score ?? -Infinity) > (best?.score ?? -Infinity) ? checkpoint : best),
    undefined,
  )
}
