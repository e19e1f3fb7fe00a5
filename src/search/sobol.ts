import { mixed } from '../random/mix.ts'
import { readPolynomials } from './joe-kuo.ts'
import type { SearchMethod } from './search.ts'
import { pointAt } from './space.ts'

const bits = 32

/**
 * Sobol's sequence: points that fill the space more evenly than random ones (I. M. Sobol, USSR Comput. Math. Math. Phys. 7,
 * 1967), scrambled as A. B. Owen does (Randomly permuted (t,m,s)-nets and (t,s)-sequences, 1995). A point is a function of
 * the seed and its number alone. Best read in powers of two: 16, 32, 64 points.
 */
export const sobol: SearchMethod = {
  suggest({ space, seed, number, attempt = 0 }) {
    // A point that was refused is the same one of another scrambling, and as evenly spread.
    const scrambling = mixed(seed, attempt)
    return pointAt(space, (k) => scrambledSobol(number - 1, k, scrambling))
  },
}

/** The coordinate of the k-th point, from 0, in a dimension, from 0: in [0, 1). */
export function scrambledSobol(k: number, dimension: number, seed: number): number {
  const own = mixed(seed, dimension)
  // There are no more directions: a random number.
  const scrambled = dimension < dimensions ? owen(sobolBits(k, dimension), own) : mixed(own, k) >>> 0
  return scrambled / 2 ** bits
}

/** Before it is scrambled. */
export function sobolBits(k: number, dimension: number): number {
  const numbers = directions(dimension)
  let value = 0
  for (let bit = 0, rest = k >>> 0; rest !== 0; bit++, rest >>>= 1) if (rest & 1) value ^= numbers[bit] ?? 0
  return value >>> 0
}

/**
 * Nested uniform scrambling: each bit is turned or not by a coin of its own for all the bits above it, so that points which
 * share a cell go on sharing one.
 */
function owen(value: number, seed: number): number {
  let scrambled = 0
  for (let bit = bits - 1; bit >= 0; bit--) {
    const above = bit === bits - 1 ? 0 : value >>> (bit + 1)
    const coin = mixed(mixed(seed, bit), above) & 1
    scrambled |= (((value >>> bit) & 1) ^ coin) << bit
  }
  return scrambled >>> 0
}

const polynomials = readPolynomials()
export const dimensions = polynomials.length + 1
const cache: Uint32Array[] = []

/** By the recurrence of the dimension's polynomial. */
function directions(dimension: number): Uint32Array {
  const known = cache[dimension]
  if (known !== undefined) return known
  const numbers = new Uint32Array(bits)
  const { degree, coefficients, m } = polynomials[dimension - 1] ?? { degree: bits, coefficients: 0, m: [] }
  for (let i = 0; i < bits; i++) {
    if (i < degree) numbers[i] = (m[i] ?? 1) << (bits - 1 - i)
    else {
      const first = numbers[i - degree] ?? 0
      let value = first ^ (first >>> degree)
      for (let j = 1; j < degree; j++) {
        if ((coefficients >>> (degree - 1 - j)) & 1) value ^= numbers[i - j] ?? 0
      }
      numbers[i] = value
    }
  }
  cache[dimension] = numbers
  return numbers
}
