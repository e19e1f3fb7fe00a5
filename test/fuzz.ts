import fc from 'fast-check'
import { afterAll } from 'vitest'

/** `SWATH_FUZZ=50` tries fifty times as much, with numbers that nobody has tried; its runs say what they tried. */
const factor = Number(process.env.SWATH_FUZZ ?? 1)

/** By default the same ones each time: `npm test` is no lottery. A failure names its seed, for `SWATH_FUZZ_SEED`. */
export function runs(count: number): { readonly numRuns: number; readonly seed: number } {
  const given = process.env.SWATH_FUZZ_SEED
  const seed = given === undefined ? (factor === 1 ? 1 : fc.sample(fc.integer(), 1)[0]) : Number(given)
  return { numRuns: Math.ceil(count * factor), seed: seed ?? 1 }
}

/** A place in a text or in bytes, as a share of its length: each as likely as another, which `fc.double` is far from. */
export const place: fc.Arbitrary<number> = fc.noBias(fc.nat(999_999)).map((k) => k / 1e6)

/** Counts how often each thing happened, and says so after a run with `SWATH_FUZZ`. */
export function tally(subject: string): (outcome: string) => void {
  const counts = new Map<string, number>()
  afterAll(() => {
    if (factor === 1) return
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
    const list = [...counts].sort(([, a], [, b]) => b - a).map(([outcome, count]) => `${count} ${outcome}`)
    console.info(`${subject}: ${total} tried: ${list.join(', ')}`)
  })
  return (outcome) => counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
}
