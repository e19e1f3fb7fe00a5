import type { Parameters } from '../programs/program.ts'
import { grid } from '../search/grid.ts'
import { History } from '../search/history.ts'
import { methods } from '../search/methods.ts'
import { trialsWanted } from './definition.ts'
import type { SweepFile } from './read.ts'
import { canonicalJson, trialSeed } from './seed.ts'
import { parameterNames, spaceOf } from './space.ts'

export interface PlannedTrial {
  /** Place in the plan, from 1. */
  readonly number: number
  readonly params: Parameters
  /** Canonical JSON of `params`: with `repeat`, what makes the point itself. */
  readonly key: string
  readonly repeat: number
  readonly seed: number
  /** True of a point that somebody put before all others. */
  readonly enqueued?: boolean
}

export interface Plan {
  /** 0 where trials are planned one after another as the sweep goes on. */
  readonly size: number
  readonly parameters: readonly string[]
  /** Made one by one: a large grid need not be held in memory. */
  trials(): Iterable<PlannedTrial>
}

/** Expands a sweep file into trials. Throws SwathError('sweep-file') if there are more than its `max_trials`. */
export function planSweep({ content, source }: SweepFile): Plan {
  const parameters = parameterNames(content.parameters)
  if (content.method !== 'grid') return { size: 0, parameters, trials: () => [] }
  const space = spaceOf(content.parameters)
  const { repeat, seed, max_trials } = content
  const points = grid.count(space)
  const size = Math.min(points * repeat, trialsWanted(content))
  if (size > max_trials) {
    const grown = `${count(points)} points${repeat > 1 ? ` × ${count(repeat)} seeds` : ''}`
    const raise = Number.isSafeInteger(size) ? `, or raise the limit with max_trials: ${size}` : ''
    throw source.error(
      [
        {
          path: ['parameters'],
          message: `the grid has ${grown}; the limit is ${max_trials.toLocaleString('en')} trials`,
        },
      ],
      `take out values, or cap the sweep with run_cap${raise}`,
    )
  }
  return {
    size,
    parameters,
    *trials() {
      for (let index = 0; index < size; index++) {
        const params = grid.point(space, Math.floor(index / repeat))
        const k = index % repeat
        yield {
          number: index + 1,
          params,
          key: canonicalJson(params),
          repeat: k,
          seed: trialSeed(seed, params, k),
        }
      }
    },
  }
}

/** The trials of a point, one for each seed. */
export function trialsOfPoint(
  { repeat, seed }: { readonly repeat: number; readonly seed: number },
  params: Parameters,
): Omit<PlannedTrial, 'number'>[] {
  const key = canonicalJson(params)
  return Array.from({ length: repeat }, (_, k) => ({ params, key, repeat: k, seed: trialSeed(seed, params, k) }))
}

/** The first points of a sweep that is planned as it goes; those of a method that learns as if nothing came of any. */
export function* previewSweep({ content }: SweepFile, most: number): Iterable<PlannedTrial> {
  const space = spaceOf(content.parameters)
  const { seed } = content
  const history = new History(space, 1)
  for (let number = 1; number <= Math.min(most, trialsWanted(content)); number++) {
    const params = methods[content.method]?.suggest({ space, seed, number, history }) ?? {}
    yield { number, params, key: canonicalJson(params), repeat: 0, seed: trialSeed(seed, params, 0) }
  }
}

function count(value: number): string {
  return value < 1e15 ? value.toLocaleString('en') : value.toExponential(1)
}
