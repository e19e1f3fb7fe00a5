import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

import type { Parameters } from '../programs/program.ts'
import { randomStream } from '../random/stream.ts'
import { anyNew } from './any-new.ts'
import type { History } from './history.ts'
import { Parzen, type Candidate } from './parzen.ts'
import type { SearchMethod } from './search.ts'
import { sobol } from './sobol.ts'
import { pointFrom, type SearchSpace } from './space.ts'
import { splitTrials } from './split.ts'

/** So many trials come from Sobol's sequence, before there is anything to learn from; of them so many have to finish. */
const warmUp = 10
const fewest = 3
/** So many points are drawn where good trials are dense, for the one with the best ratio. */
const candidates = 24

/**
 * The tree-structured Parzen estimator: draws points where good trials are dense and takes the one where others are rarest
 * (J. Bergstra et al., Algorithms for Hyper-Parameter Optimization, NeurIPS 2011). All parameters at once; a trial that is
 * still running counts as one that is not good, so that many asked for at once do not all get the same point; several
 * objectives by non-dominated rank and hypervolume (Y. Ozaki et al., Multiobjective TPE, GECCO 2020).
 */
export const tpe: SearchMethod = {
  suggest(request) {
    const { space, seed, number, attempt = 0, history } = request
    const { good, weights, others, finished, pending } = splitTrials(history)
    if (finished + pending < warmUp || finished < fewest) return sobol.suggest(request)
    const stream = randomStream(seed, `tpe ${number} attempt ${attempt}`)
    const [dense, rare] = estimatorsOf(history)
    dense.fit(good, weights)
    rare.fit(others, ramp(others.length))
    const drawn = Array.from({ length: candidates }, () => {
      const [point, candidate] = draw(space, dense, stream)
      return { point, candidate, density: dense.logDensity(candidate) }
    })
    // Those first that are likely to be the best: of the others less has to be summed.
    drawn.sort((a, b) => b.density - a.density)
    let best: { readonly point: Parameters; readonly gain: number } | undefined
    for (const { point, candidate, density } of drawn) {
      const gain = density - rare.logDensity(candidate, density - (best?.gain ?? -Infinity))
      if (gain > (best?.gain ?? -Infinity) && !history.has(point)) best = { point, gain }
    }
    // Where good trials are dense all points may be taken.
    return best?.point ?? anyNew(request, stream)
  },
}

/** They are fitted for each suggestion; the arrays that this takes are kept with the history. */
const estimators = new WeakMap<History, [dense: Parzen, rare: Parzen]>()

function estimatorsOf(history: History): [dense: Parzen, rare: Parzen] {
  const made = estimators.get(history) ?? [new Parzen(history, 'spread'), new Parzen(history, 'neighbours')]
  estimators.set(history, made)
  return made
}

function draw(space: SearchSpace, dense: Parzen, stream: RandomGenerator): [Parameters, Candidate] {
  const sample = dense.sample(stream)
  const coordinates = new Float64Array(space.parameters.length).fill(NaN)
  const cells = new Float64Array(2 * space.parameters.length)
  const point = pointFrom(space, (d) => {
    const coordinate = sample(d)
    coordinates[d] = coordinate
    const parameter = space.parameters[d]
    if (parameter?.kind === 'number') {
      const { distribution } = parameter
      const cell = distribution.cellOf?.(distribution.valueAt(coordinate))
      if (cell !== undefined) cells.set(cell, 2 * d)
    }
    return coordinate
  })
  return [point, { coordinates, cells }]
}

/** The oldest weigh least, all of the last 25 the same: the search forgets where it began. */
function ramp(count: number): Float64Array {
  const weights = new Float64Array(count).fill(1)
  const old = count - 25
  for (let k = 0; k < old; k++) weights[k] = 1 / count + ((1 - 1 / count) * k) / Math.max(1, old - 1)
  return weights
}
