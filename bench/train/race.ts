import type { Contestant } from './contestant.ts'
import type { Case } from './cases.ts'

/** One way to train, at the starting line. */
export interface Entrant {
  /** `swath float32`, `torch fused`. */
  readonly name: string
  readonly contestant: Contestant
  readonly variant: string
}

/** Milliseconds a step. */
interface Time {
  readonly best: number
  readonly median: number
}

export type Race = Readonly<Record<string, Time | { readonly error: string }>>

const turnSeconds = 0.25
const mostSteps = 4_000

/** All compile and warm up, then take turns, so that what the machine does to one it does to all. */
export async function race(entrants: readonly Entrant[], { model, batch }: Case, rounds: number): Promise<Race> {
  const results: Record<string, Time | { error: string }> = {}
  const ready: { entrant: Entrant; steps: number; times: number[] }[] = []
  for (const entrant of entrants) {
    const ask = (steps: number) =>
      entrant.contestant.ask({ do: 'steps', variant: entrant.variant, model, batch, steps })
    await ask(32)
    const { seconds = NaN, error } = await ask(32)
    if (error === undefined) {
      // A call of `fit` has a beginning and an end of its own, which an epoch of many steps hardly feels.
      const least = entrant.variant === 'fit' ? Math.min(256, Math.floor(16_384 / batch)) : 8
      const steps = Math.min(mostSteps, Math.max(least, Math.round((32 * turnSeconds) / seconds)))
      ready.push({ entrant, steps: Math.ceil(steps / 8) * 8, times: [] })
    } else results[entrant.name] = { error }
  }
  for (let round = 0; round < rounds; round++) {
    for (const { entrant, steps, times } of ready) {
      const { seconds = NaN } = await entrant.contestant.ask({
        ...{ do: 'steps', variant: entrant.variant, model, batch, steps },
      })
      times.push((1000 * seconds) / steps)
    }
  }
  for (const { entrant, times } of ready) {
    times.sort((a, b) => a - b)
    results[entrant.name] = { best: times[0] ?? NaN, median: times[Math.floor(times.length / 2)] ?? NaN }
  }
  for (const contestant of new Set(entrants.map((entrant) => entrant.contestant))) {
    await contestant.ask({ do: 'drop', variant: '', model, batch, steps: 0 })
  }
  return results
}

/** How many times as long `other` takes as `own`, by their medians: some have good and bad rounds of their own making. */
export function ratio(result: Race | undefined, other: string, own: string): number {
  const median = (name: string) => {
    const time = result?.[name]
    return time === undefined || 'error' in time ? NaN : time.median
  }
  return median(other) / median(own)
}
