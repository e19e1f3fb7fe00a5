import type { CallResult } from './training-step.ts'

/** Makes all the calls, and returns what they measured: means over all their examples. */
export function meansOf<Measure extends string>(calls: Iterable<CallResult<Measure>>): CallResult<Measure>['measures'] {
  const sums: Record<string, number> = {}
  let count = 0
  for (const { examples, measures } of calls) {
    count += examples
    for (const [name, value] of Object.entries<number>(measures)) sums[name] = (sums[name] ?? 0) + value * examples
  }
  const means = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / count]))
  return means as CallResult<Measure>['measures']
}
