import { betaCdf, betaQuantile } from './beta.ts'
import { normalCdf, normalQuantile } from './normal.ts'

/**
 * How a number is drawn. Methods work on its share, the probability of less than it, which is uniform on [0, 1): there a
 * log scale, a bell or a step are all alike, and density is 1 everywhere.
 */
export interface NumberDistribution {
  /** The value below which a share lies (the inverse CDF). */
  readonly valueAt: (share: number) => number
  /** The share below a value; NaN of one that is none of its own. */
  readonly shareOf: (value: number) => number
  /** Whether it is one of its own. */
  readonly contains: (value: number) => boolean
  /** From which share to which the value is the same; undefined where each share has its own. */
  readonly cellOf?: (value: number) => readonly [from: number, to: number]
  /** Its values in order, where they can be counted: what a grid takes. */
  readonly list?: { readonly size: number; readonly at: (k: number) => number }
}

export interface Range {
  readonly min: number
  readonly max: number
}

export function uniform({ min, max }: Range): NumberDistribution {
  return within(
    { min, max },
    (value) => (value - min) / (max - min),
    (share) => min + share * (max - min),
  )
}

/** Its logarithm is uniform, and so is that of its inverse. */
export function logUniform({ min, max }: Range): NumberDistribution {
  const [low, width] = [Math.log(min), Math.log(max / min)]
  return within(
    { min, max },
    (value) => (Math.log(value) - low) / width,
    (share) => Math.exp(low + share * width),
  )
}

export function normal(mu: number, sigma: number): NumberDistribution {
  return {
    valueAt: (share) => mu + sigma * normalQuantile(inside(share)),
    shareOf: (value) => normalCdf((value - mu) / sigma),
    contains: Number.isFinite,
  }
}

/** Its logarithm is normal. */
export function logNormal(mu: number, sigma: number): NumberDistribution {
  return {
    valueAt: (share) => Math.exp(mu + sigma * normalQuantile(inside(share))),
    shareOf: (value) => (value > 0 ? normalCdf((Math.log(value) - mu) / sigma) : 0),
    contains: (value) => value > 0 && Number.isFinite(value),
  }
}

export function beta(a: number, b: number): NumberDistribution {
  return {
    valueAt: (share) => betaQuantile(share, a, b),
    shareOf: (value) => betaCdf(value, a, b),
    contains: (value) => value >= 0 && value <= 1,
  }
}

/** Whole numbers, both ends included. */
export function intUniform({ min, max }: Range): NumberDistribution {
  const wide = uniform({ min: min - 0.5, max: max + 0.5 })
  const values = { from: min, step: 1, last: max - min }
  return { ...stepped(wide, values), list: { size: max - min + 1, at: (k) => min + k } }
}

/** min, min + q, …: a grid leaves out max, as W&B's does; what is drawn may be max. */
export function qUniform({ min, max, q }: Range & { readonly q: number }): NumberDistribution {
  // 0.3 is three steps of 0.1, whatever their sum is in binary.
  const last = Math.floor((max - min) / q + 1e-9)
  const wide = uniform({ min: min - q / 2, max: min + (last + 0.5) * q })
  const list = { size: Math.ceil((max - min) / q), at: (k: number) => min + k * q }
  return { ...stepped(wide, { from: min, step: q, last }), list }
}

/** The multiples of q from min to max, above 0; undefined if there is none. */
export function qLogUniform({ min, max, q }: Range & { readonly q: number }): NumberDistribution | undefined {
  const first = Math.max(1, Math.ceil(min / q - 1e-9))
  const last = Math.floor(max / q + 1e-9)
  if (last < first) return undefined
  const wide = logUniform({ min: (first - 0.5) * q, max: (last + 0.5) * q })
  return stepped(wide, { from: first * q, step: q, last: last - first })
}

/** Rounded to a multiple of q. */
export function rounded(distribution: NumberDistribution, q: number): NumberDistribution {
  return stepped(distribution, { from: 0, step: q, last: Infinity })
}

/** As `rounded`, of what lies between 0 and 1. */
export function roundedShare(distribution: NumberDistribution, q: number): NumberDistribution {
  return stepped(distribution, { from: 0, step: q, last: Math.floor(1 / q + 1e-9) })
}

/** Numbers that are listed, least first: neighbours in the list are neighbours to a method. */
export function ordered(values: readonly number[], probabilities?: readonly number[]): NumberDistribution {
  const edges = [0]
  for (const k of values.keys()) edges.push((edges[k] ?? 0) + (probabilities?.[k] ?? 1 / values.length))
  edges[values.length] = 1
  const cell = (k: number): [number, number] => [edges[k] ?? NaN, edges[k + 1] ?? NaN]
  const places = new Map(values.map((value, k) => [value, k]))
  const cellOf = (value: number) => cell(places.get(value) ?? -1)
  return {
    valueAt: (share) => values[edges.findLastIndex((edge, k) => edge <= share && k < values.length)] ?? NaN,
    shareOf(value) {
      const [from, to] = cellOf(value)
      return (from + to) / 2
    },
    contains: (value) => places.has(value),
    cellOf,
  }
}

function within(
  { min, max }: Range,
  shareOf: (value: number) => number,
  valueAt: (share: number) => number,
): NumberDistribution {
  // Rounding must not lead out of the range, and another sweep's value is as far out as can be.
  const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high)
  return {
    valueAt: (share) => clamp(valueAt(share), min, max),
    shareOf: (value) => clamp(shareOf(clamp(value, min, max)), 0, 1),
    contains: (value) => value >= min && value <= max,
  }
}

/** The values from + k × step, k ≤ last; where `last` is infinite, k may be below 0 too. */
function stepped(
  wide: NumberDistribution,
  { from, step, last }: { readonly from: number; readonly step: number; readonly last: number },
): NumberDistribution {
  const first = last === Infinity ? -Infinity : 0
  const place = (value: number) => Math.min(Math.max(Math.round((value - from) / step), first), last)
  const edge = (k: number) => (k <= first ? 0 : k > last ? 1 : wide.shareOf(from + (k - 0.5) * step))
  return {
    valueAt: (share) => tidy(from + place(wide.valueAt(share)) * step),
    shareOf: (value) => wide.shareOf(from + place(value) * step),
    // 0.1 + 2 × 0.1 is 0.3 to whoever wrote it.
    contains: (value) => Math.abs(from + place(value) * step - value) <= 1e-9 * Math.max(step, Math.abs(value)),
    cellOf: (value) => [edge(place(value)), edge(place(value) + 1)],
  }
}

/** 0.1 × 3 is 0.3 to whoever wrote 0.1; a whole number stays as it is. */
function tidy(value: number): number {
  return Number.isInteger(value) ? value + 0 : Number(value.toPrecision(15))
}

/** The ends of an unbounded distribution are infinite. */
function inside(share: number): number {
  return Math.min(Math.max(share, 1e-15), 1 - 1e-15)
}
