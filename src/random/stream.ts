import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

import { hash32 } from './mix.ts'

/**
 * A stream of random numbers for one purpose of one seed: the same bits on every machine, and two purposes
 * ('weights', 'shuffle 3') share nothing. The seed is hashed first, because neighbouring seeds start similar streams.
 */
export function randomStream(seed: number, purpose: string): RandomGenerator {
  const lane = (n: number): number => hash32(hash32(seed ^ Math.imul(n, 0x9e3779b9)) ^ hashText(`${n} ${purpose}`))
  return xoroshiro128plusFromState([lane(1), lane(2), lane(3), lane(4)])
}

/** Puts the values in random order, in place (Fisher-Yates). */
export function shuffle(values: Int32Array, stream: RandomGenerator): Int32Array {
  for (let i = values.length - 1; i > 0; i--) {
    const j = uniformInt(stream, 0, i)
    const value = values[i] ?? 0
    values[i] = values[j] ?? 0
    values[j] = value
  }
  return values
}

/** FNV-1a. */
function hashText(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h
}
