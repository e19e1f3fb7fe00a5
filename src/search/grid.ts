import type { Parameters } from '../programs/program.ts'
import { isThere, namesSetBy, type SearchParameter, type SearchSpace } from './space.ts'

/**
 * Every combination of values, by its place. Parameters come in the space's order, which is that of their names as in W&B;
 * the last one varies fastest. What a condition asks about varies slowest: each of its combinations has a grid of its own,
 * of the parameters that are there.
 */
export const grid = {
  count: (space: SearchSpace): number => blocksOf(space).reduce((sum, { size }) => sum + size, 0),

  /** The k-th point, from 0. */
  point(space: SearchSpace, k: number): Parameters {
    let rest = k
    for (const { decided, free, size } of blocksOf(space)) {
      if (rest < size) return pointOf(decided, free, rest)
      rest -= size
    }
    return {}
  },
}

/** The values that a parameter takes in a grid, in order; not listed, since a range may be long. Size 0: they are endless. */
function valuesOf(parameter: SearchParameter): {
  readonly size: number
  readonly at: (k: number) => Parameters
} {
  if (parameter.kind === 'category') {
    return { size: parameter.choices.length, at: (k) => parameter.choices[k] ?? {} }
  }
  const { list } = parameter.distribution
  return { size: list?.size ?? 0, at: (k) => ({ [parameter.name]: list?.at(k) ?? null }) }
}

/** The points that agree in all that conditions ask about. */
interface Block {
  readonly decided: Parameters
  readonly free: readonly SearchParameter[]
  readonly size: number
}

/** A sweep asks for one point after the other. */
const known = new WeakMap<SearchSpace, readonly Block[]>()

function blocksOf(space: SearchSpace): readonly Block[] {
  const blocks = known.get(space) ?? makeBlocks(space)
  known.set(space, blocks)
  return blocks
}

/** At most how many combinations there are of what conditions ask about: each is kept. */
export function decisions(space: SearchSpace): number {
  return decidingOf(space).reduce((product, parameter) => product * valuesOf(parameter).size, 1)
}

function decidingOf({ parameters }: SearchSpace): SearchParameter[] {
  const asked = new Set(parameters.flatMap(({ when }) => when.map(({ parameter }) => parameter)))
  return parameters.filter((parameter) => namesSetBy(parameter).some((name) => asked.has(name)))
}

function makeBlocks(space: SearchSpace): Block[] {
  const deciding = decidingOf(space)
  const free = space.parameters.filter((parameter) => !deciding.includes(parameter))
  let points: Parameters[] = [{}]
  for (const parameter of deciding) {
    const values = valuesOf(parameter)
    points = points.flatMap((point) =>
      isThere(parameter, point)
        ? Array.from({ length: values.size }, (_, k) => ({ ...point, ...values.at(k) }))
        : [point],
    )
  }
  return points.map((decided) => {
    const there = free.filter((parameter) => isThere(parameter, decided))
    return { decided, free: there, size: there.reduce((product, each) => product * valuesOf(each).size, 1) }
  })
}

function pointOf(decided: Parameters, free: readonly SearchParameter[], k: number): Parameters {
  let rest = k
  const values = free.toReversed().map((parameter) => {
    const { size, at } = valuesOf(parameter)
    const index = rest % size
    rest = Math.floor(rest / size)
    return at(index)
  })
  return Object.assign({}, decided, ...values.reverse()) as Parameters
}
