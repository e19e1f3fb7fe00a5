import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

import { choiceAt, type NumberParameter, type SearchParameter } from './space.ts'

/** How near children are to their parents: the exponents of Deb's distributions. */
const crossoverIndex = 20
const mutationIndex = 20

/**
 * Simulated binary crossover: two children as far apart, most often, as their parents, of which this is one (K. Deb,
 * R. B. Agrawal, Simulated binary crossover for continuous search space, 1995). On shares, from 0 to 1.
 */
export function crossed(a: number, b: number, stream: RandomGenerator): number {
  const share = uniformFloat64(stream)
  const isFirst = uniformFloat64(stream) < 0.5
  const [low, high] = [Math.min(a, b), Math.max(a, b)]
  if (high - low < 1e-12) return a
  const reach = isFirst ? low : 1 - high
  const limit = 2 - (1 + (2 * reach) / (high - low)) ** -(crossoverIndex + 1)
  const spread = share <= 1 / limit ? share * limit : 1 / (2 - share * limit)
  const factor = spread ** (1 / (crossoverIndex + 1))
  return inside(0.5 * (low + high + (isFirst ? -factor : factor) * (high - low)))
}

/** Polynomial mutation (K. Deb, M. Goyal, 1996); where values come in steps, to another one. */
export function mutated({ distribution }: NumberParameter, share: number, stream: RandomGenerator): number {
  const u = uniformFloat64(stream)
  const power = 1 / (mutationIndex + 1)
  const moved =
    u < 0.5
      ? share + (2 * u + (1 - 2 * u) * (1 - share) ** (mutationIndex + 1)) ** power - 1
      : share + 1 - (2 * (1 - u) + (2 * u - 1) * share ** (mutationIndex + 1)) ** power
  const [from, to] = distribution.cellOf?.(distribution.valueAt(share)) ?? [share, share]
  if (from === to || moved < from || moved >= to) return inside(moved)
  const isDown = to >= 1 || (from > 0 && u < 0.5)
  return inside(isDown ? from - 1e-9 : to + 1e-9)
}

/** One that has nothing to do with the parents. */
export function anew(parameter: SearchParameter, stream: RandomGenerator): number {
  const share = uniformFloat64(stream)
  return parameter.kind === 'category' ? choiceAt(parameter.probabilities, share) : share
}

function inside(share: number): number {
  return Math.min(Math.max(share, 0), 1 - 2 ** -53)
}
