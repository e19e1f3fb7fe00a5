import { createHash } from 'node:crypto'

import type { Parameters } from '../programs/program.ts'

/**
 * A trial's seed comes from the sweep's seed and the point itself, not from its place in the plan: a grid that grows
 * leaves the trials that it had with the seeds that they had. A parameter called `seed` takes the sweep seed's place.
 * @returns 32 bits
 */
export function trialSeed(sweepSeed: number, params: Parameters, repeat: number): number {
  const own = params.seed
  if (typeof own === 'number' && Number.isInteger(own) && repeat === 0) return own >>> 0
  const hash = createHash('sha256')
    .update(`${sweepSeed}\n${canonicalJson(params)}\n${repeat}`)
    .digest()
  return hash.readUInt32LE(0)
}

/** JSON with sorted keys: equal parameters give equal text. */
export function canonicalJson(params: Parameters): string {
  return JSON.stringify(Object.fromEntries(Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1))))
}
