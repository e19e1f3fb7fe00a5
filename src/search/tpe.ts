import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

import type { Parameters } from '../programs/program.ts'
import { randomStream } from '../random/stream.ts'
import { anyNew } from './any-new.ts'
import { armsInOrder } from './branch-choice.ts'
import { branchesOf, leafWith } from './branches.ts'
import type { History } from './history.ts'
import { Parzen, type Candidate } from './parzen.ts'
import type { SearchMethod } from './search.ts'
import { sobol } from './sobol.ts'
import { pointFrom, type SearchSpace } from './space.ts'
import { splitTrials, withGoodOf, type Split } from './split.ts'

/** So many trials come from Sobol's sequence, before there is anything to learn from; of them so many have to finish. */
const warmUp = 10
const fewest = 3
/** So many points are drawn where good trials are dense, for the one with the best ratio. */
const candidates = 24
/** If this many draws have no candidate of a branch, the next branch is tried. */
const mostDraws = 20 * candidates
/** After each this many points that were refused before training, the next branch is tried: one may be refused as a whole. */
const mostRefused = 10

/**
 * The tree-structured Parzen estimator: draws points where good trials are dense and takes the one where others are rarest
 * (J. Bergstra et al., Algorithms for Hyper-Parameter Optimization, NeurIPS 2011). All parameters at once; a trial that is
 * still running counts as one that is not good, so that many asked for at once do not all get the same point; several
 * objectives by non-dominated rank and hypervolume (Y. Ozaki et al., Multiobjective TPE, GECCO 2020).
 *
 * In a space of branches that exclude each other the branch is chosen first, and ratios are compared within it alone.
 */
export const tpe: SearchMethod = {
  suggest(request) {
    const { space, seed, number, attempt = 0, history } = request
    const split = splitTrials(history)
    if (split.finished + split.pending < warmUp || split.finished < fewest) return sobol.suggest(request)
    const stream = randomStream(seed, `tpe ${number} attempt ${attempt}`)
    const tree = branchesOf(space)
    if (tree.children.length === 0) return bestDrawn(history, split, stream) ?? anyNew(request, stream)
    const arms = armsInOrder(history, tree, split, stream)
    const first = Math.floor(attempt / mostRefused) % arms.length
    for (const { branch, rows } of [...arms.slice(first), ...arms.slice(0, first)]) {
      const isInside = ({ coordinates }: Candidate) => leafWith(tree, shapeOf(coordinates)) === branch
      const point = bestDrawn(history, withGoodOf(history, split, rows), stream, isInside)
      if (point !== undefined) return point
    }
    return anyNew(request, stream)
  },
}

/** Returns the new point with the highest ratio of those drawn; undefined where trials have all of them. */
function bestDrawn(
  history: History,
  { good, weights, others }: Split,
  stream: RandomGenerator,
  isWanted: (candidate: Candidate) => boolean = () => true,
): Parameters | undefined {
  const [dense, rare] = estimatorsOf(history)
  dense.fit(good, weights)
  rare.fit(others, ramp(others.length))
  const drawn: { readonly point: Parameters; readonly candidate: Candidate; readonly density: number }[] = []
  for (let k = 0; k < mostDraws && drawn.length < candidates; k++) {
    const [point, candidate] = draw(history.space, dense, stream)
    if (isWanted(candidate)) drawn.push({ point, candidate, density: dense.logDensity(candidate) })
  }
  // Those first that are likely to be the best: of the others less has to be summed.
  drawn.sort((a, b) => b.density - a.density)
  let best: { readonly point: Parameters; readonly gain: number } | undefined
  for (const { point, candidate, density } of drawn) {
    const gain = density - rare.logDensity(candidate, density - (best?.gain ?? -Infinity))
    if (gain > (best?.gain ?? -Infinity) && !history.has(point)) best = { point, gain }
  }
  return best?.point
}

function shapeOf(coordinates: Float64Array): number[] {
  const shape: number[] = []
  for (let d = 0; d < coordinates.length; d++) if (!Number.isNaN(coordinates[d])) shape.push(d)
  return shape
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
