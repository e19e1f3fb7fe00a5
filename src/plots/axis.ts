import type { ScaleOptions } from '@observablehq/plot'

import { formatRounded } from '../report/format.ts'

/** A continuous scale for some values: its type, and ticks where d3 cannot compute them. */
export type AxisScale = Pick<ScaleOptions, 'domain' | 'nice'> & {
  readonly type: 'linear' | 'log' | 'symlog'
  readonly ticks?: number[]
  readonly tickFormat?: (value: number) => string
}

/** Between these magnitudes the powers of ten that d3 computes ticks with neither underflow nor overflow. */
const [leastOrdinary, greatestOrdinary] = [1e-290, 1e290]
/** Neighbouring ticks closer than this share of their size print as the same number. */
const leastSpread = 1e-12

/**
 * Returns a scale that can draw `values`, whatever finite numbers they are. Its type is logarithmic if `isLog` says so and all
 * are above 0; by default if they span 30 times their least (counts: 10 times).
 */
export function axisOf(values: readonly number[], isLog = spansDecades(values)): AxisScale {
  const [least, greatest] = boundsOf(values)
  if (least > greatest) return { type: 'linear' }
  // Within a decade d3 takes the ticks of a logarithmic scale from a linear one.
  const type = isLog && (least >= leastOrdinary || (least > 0 && greatest / least >= 10)) ? 'log' : 'linear'
  const size = Math.max(Math.abs(least), Math.abs(greatest))
  const step = greatest - least
  const isApart = step >= leastOrdinary && step > leastSpread * size
  if (isApart && size <= greatestOrdinary && (type === 'linear' || least >= leastOrdinary)) return { type, nice: true }
  return {
    // A linear scale divides by the difference of its bounds, which must be finite.
    type: type === 'linear' && !Number.isFinite(greatest - least) ? 'symlog' : type,
    domain: [least, greatest],
    ticks: least < 0 && greatest > 0 ? [least, 0, greatest] : least < greatest ? [least, greatest] : [least],
    tickFormat: (value) => formatRounded(value, 4),
  }
}

/** Whether values are better told apart by their logarithms. */
export function spansDecades(values: readonly number[]): boolean {
  const [least, greatest] = boundsOf(values)
  const wide = values.every(Number.isInteger) ? 10 : 30
  return least > 0 && greatest / least >= wide
}

/** Returns the least and the greatest value; Infinity and -Infinity of none. */
export function boundsOf(values: readonly number[]): [number, number] {
  let [least, greatest] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  // Zeros have one sign on an axis.
  return [least + 0, greatest + 0]
}
