/** Milliseconds from one image's pixels to its probabilities. */
export interface Latency {
  readonly medianMs: number
  readonly p95Ms: number
}

const warmUps = 30
const runs = 300

/** Times something that takes a moment, again and again, once it is warm. */
export function latencyOf(run: () => void): Latency {
  for (let i = 0; i < warmUps; i++) run()
  const times = Array.from({ length: runs }, () => {
    const began = performance.now()
    run()
    return performance.now() - began
  }).sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor(share * (runs - 1))] ?? NaN
  return { medianMs: at(0.5), p95Ms: at(0.95) }
}
