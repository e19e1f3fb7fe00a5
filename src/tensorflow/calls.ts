/** One call's shape: so many steps of so many examples. */
export interface Call {
  readonly steps: number
  readonly batchSize: number
}

/**
 * The kinds of calls that train or evaluate these numbers of rows, the largest first: many steps, one step, and the
 * last, smaller batch. The number of steps is the one near `stepsPerCall` that leaves the fewest single steps over
 * (54,000 rows at batch 64: 843 steps are 29 calls of 29 and 2 single ones, not 26 of 32 and 11).
 */
export function planCalls(rowCounts: readonly number[], batchSize: number, stepsPerCall: number): Call[] {
  const steps = rowCounts.map((rows) => Math.floor(rows / batchSize))
  const many = bestFactor(Math.max(0, ...steps), stepsPerCall)
  const calls: Call[] = []
  if (many > 1) calls.push({ steps: many, batchSize })
  if (steps.some((count) => count % Math.max(1, many) > 0 || (count > 0 && many <= 1)))
    calls.push({ steps: 1, batchSize })
  const rests = new Set(rowCounts.map((rows) => rows % batchSize).filter((rest) => rest > 0))
  for (const rest of [...rests].sort((a, b) => b - a)) calls.push({ steps: 1, batchSize: rest })
  return calls
}

function bestFactor(steps: number, stepsPerCall: number): number {
  const largest = Math.min(steps, Math.max(1, stepsPerCall))
  let best = largest
  for (let factor = largest; factor > largest * 0.75; factor--) {
    if (steps % factor < steps % best) best = factor
  }
  return best
}

/** What one core computes in about a tenth of a second: a call blocks its thread, which has a stop to hear. */
const flopsPerCall = 6e9

/**
 * How many steps a call is worth unrolling when a trial has so many. TensorFlow takes about 8 ms a step to optimise the
 * graph, once, and a call costs about 0.1 ms: 784-128-10 takes 0.45 s an epoch with 1 step a call, 0.34 s with 8, and
 * 0.335 s with 32, but its first call takes 0.1 s with 8 steps and 0.28 s with 32.
 */
export function stepsWorthUnrolling(steps: number, flopsPerStep: number): number {
  const worth = Math.min(32, Math.round(Math.sqrt(steps / 25)))
  return Math.max(1, Math.min(worth, Math.floor(flopsPerCall / flopsPerStep)))
}
