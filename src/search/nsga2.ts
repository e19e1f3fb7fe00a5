import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

import type { Parameters } from '../programs/program.ts'
import { randomStream } from '../random/stream.ts'
import { anyNew } from './any-new.ts'
import type { History } from './history.ts'
import { crowdingDistances, nonDominatedFronts } from './non-dominated.ts'
import type { SearchMethod } from './search.ts'
import { sobol } from './sobol.ts'
import { pointFrom } from './space.ts'
import { anew, crossed, mutated } from './variation.ts'

/** So many trials come from Sobol's sequence first. */
const warmUp = 20
/** Parents are the best tenth of the trials, but at least and at most so many. */
const [fewest, most] = [20, 100]
const crossoverShare = 0.9
/** So many children that were there before, and the next point comes from anywhere. */
const mostTries = 20

/**
 * NSGA-II (K. Deb et al., A fast and elitist multiobjective genetic algorithm: NSGA-II, 2002), one child at a time: its
 * parents come from the best of all trials that have finished by then (the steady state of J. J. Durillo et al., On the
 * effect of the steady-state selection scheme, EMO 2009). So there are no generations to wait for, however many workers there
 * are, and rows are all that it takes to go on. Points that keep to the constraints come before those that do not, and these
 * in order of how far they are from it.
 */
export const nsga2: SearchMethod = {
  suggest(request) {
    const { seed, number, attempt = 0, history } = request
    const ranked = survivors(history)
    if (history.size < warmUp || ranked.length < 2) return sobol.suggest(request)
    const stream = randomStream(seed, `nsga2 ${number} attempt ${attempt}`)
    for (let k = 0; k < mostTries; k++) {
      const point = child(history, ranked, stream)
      if (!history.has(point)) return point
    }
    return anyNew(request, stream)
  },
}

/** The best rows so far, best first, each with its rank: of two, the one in front, and there the one with more room. */
function survivors(history: History): number[] {
  const { outcomes, values, violations } = history
  const kept: number[] = []
  const broken: number[] = []
  for (let row = 0; row < history.size; row++) {
    if (outcomes[row] !== 'completed') continue
    if (violations.at(row) > 0) broken.push(row)
    else kept.push(row)
  }
  const population = Math.min(Math.max(Math.ceil((kept.length + broken.length) / 10), fewest), most)
  const points = kept.map((row) => values.map((column) => column.at(row)))
  const best = nonDominatedFronts(points, population).flatMap((front) => {
    const distances = crowdingDistances(front.map((k) => points[k] ?? []))
    const order = [...front.keys()].sort((i, j) => compare(distances[j], distances[i]) || i - j)
    return order.map((k) => kept[front[k] ?? 0] ?? 0)
  })
  broken.sort((a, b) => compare(violations.at(a), violations.at(b)) || a - b)
  return [...best, ...broken].slice(0, population)
}

function compare(a = 0, b = 0): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function child(history: History, ranked: readonly number[], stream: RandomGenerator): Parameters {
  const { space, coordinates } = history
  // Ranked, so that a tournament is won by whoever stands first.
  const parent = () =>
    ranked[Math.min(uniformInt(stream, 0, ranked.length - 1), uniformInt(stream, 0, ranked.length - 1))] ?? 0
  const [mother, father] = [parent(), parent()]
  const isCrossed = uniformFloat64(stream) < crossoverShare
  const mutationShare = 1 / space.parameters.length
  return pointFrom(space, (d) => {
    const parameter = space.parameters[d]
    if (parameter === undefined) return 0
    const [hers = NaN, his = NaN] = [coordinates[d]?.at(mother), coordinates[d]?.at(father)]
    const isMutated = uniformFloat64(stream) < mutationShare
    // What neither parent has, because a condition did not hold, comes from nowhere.
    if (Number.isNaN(hers) && Number.isNaN(his)) return anew(parameter, stream)
    if (parameter.kind === 'category') {
      if (isMutated) return anew(parameter, stream)
      const isHis = Number.isNaN(hers) || (isCrossed && !Number.isNaN(his) && uniformFloat64(stream) < 0.5)
      return isHis ? his : hers
    }
    const one = Number.isNaN(hers) ? his : hers
    const other = Number.isNaN(his) ? one : his
    const mixed = isCrossed && uniformFloat64(stream) < 0.5 ? crossed(one, other, stream) : one
    return isMutated ? mutated(parameter, mixed, stream) : mixed
  })
}
