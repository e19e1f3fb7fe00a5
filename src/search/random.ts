import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'

import { randomStream } from '../random/stream.ts'
import type { SearchMethod } from './search.ts'
import { pointAt } from './space.ts'

/** Each point by itself from the space's distributions: a function of the seed and its number alone. */
export const random: SearchMethod = {
  suggest({ space, seed, number, attempt = 0 }) {
    const stream = randomStream(seed, `point ${number} attempt ${attempt}`)
    // One for each parameter, there or not: what one of them is does not depend on whether others are there.
    const shares = space.parameters.map(() => uniformFloat64(stream))
    return pointAt(space, (k) => shares[k] ?? 0)
  },
}
