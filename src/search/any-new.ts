import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

import type { Parameters } from '../programs/program.ts'
import type { SuggestRequest } from './search.ts'
import { pointAt } from './space.ts'

const mostTries = 100

/** A point from anywhere in the space that no trial has, where one is found: the same trial again would tell nothing new. */
export function anyNew({ space, history }: SuggestRequest, stream: RandomGenerator): Parameters {
  for (let k = 1; ; k++) {
    const point = pointAt(space, () => uniformFloat64(stream))
    if (k === mostTries || !history.has(point)) return point
  }
}
