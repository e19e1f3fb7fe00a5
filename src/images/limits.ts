/**
 * A picture has at most so many pixels a side and in all, more than cameras take. The product alone is no bound: decoders
 * keep buffers of whole rows, and a PNG of one row of 100,000,000 pixels, 97 kB, took 2.3 GB; within both limits 0.5 GB.
 */
const mostSide = 20_000
export const mostPixels = 100_000_000

/** Returns what is wrong with a picture's size; undefined if nothing is. */
export function sizeProblem(height: number, width: number): string | undefined {
  const found = `found ${height}×${width}`
  if (height * width > mostPixels) return `expected at most ${mostPixels} pixels, ${found}`
  return Math.max(height, width) > mostSide ? `expected at most ${mostSide} pixels a side, ${found}` : undefined
}
