import { expect, test } from 'vitest'
import fc from 'fast-check'

import { intUniform, logUniform, uniform } from '../../src/search/distributions.ts'
import { History } from '../../src/search/history.ts'
import type { Observation } from '../../src/search/search.ts'
import type { SearchSpace } from '../../src/search/space.ts'
import { sobol } from '../../src/search/sobol.ts'
import { tpe } from '../../src/search/tpe.ts'
import type { Parameters } from '../../src/programs/program.ts'
import { category, number, space } from './spaces.ts'

const mixed = space(
  number('x', uniform({ min: -5, max: 5 })),
  number('rate', logUniform({ min: 1e-5, max: 1 })),
  number('layers', intUniform({ min: 1, max: 8 })),
  category('kind', ['a', 'b', 'c']),
  number('only_b', uniform({ min: 0, max: 1 }), [{ parameter: 'kind', values: ['b'] }]),
)

function mixedCost({ x, rate, layers, kind, only_b = 1 }: Parameters): number {
  const far = Number(x) ** 2 + (Math.log10(Number(rate)) + 3) ** 2 + Math.abs(Number(layers) - 6)
  return far + (kind === 'b' ? Number(only_b) : 3)
}

function search(space: SearchSpace, trials: number, seed: number, costOf = mixedCost): Observation[] {
  const history = new History(space, 1)
  return Array.from({ length: trials }, (_, k) => {
    const point = tpe.suggest({ space, seed, number: k + 1, history })
    const observation: Observation = { number: k + 1, point, state: 'completed', values: [costOf(point)] }
    history.record(observation)
    return observation
  })
}

const found = search(mixed, 80, 0)

test('most of what it asks for, once it has warmed up, is better than what it began with', () => {
  const costs = found.map(({ values }) => values[0] ?? NaN)
  const start = Math.min(...costs.slice(0, 10))
  expect(costs.slice(-20).filter((cost) => cost < start).length).toBeGreaterThan(10)
})

test('the same rows give the same point, in whatever order and however often they were recorded', () => {
  const next = tpe.suggest({ space: mixed, seed: 0, number: 81, history: History.of(mixed, 1, found) })
  fc.assert(
    fc.property(fc.shuffledSubarray(found, { minLength: found.length }), (shuffled) => {
      const pending = shuffled.map((each): Observation => ({ ...each, state: 'running', values: [undefined] }))
      const history = History.of(mixed, 1, [...pending, ...shuffled.toReversed(), ...shuffled])
      expect(tpe.suggest({ space: mixed, seed: 0, number: 81, history })).toEqual(next)
    }),
    { numRuns: 20 },
  )
})

test('a history that was kept gives the same point as one made anew, after every trial', () => {
  for (const { number, point } of found) {
    const history = History.of(mixed, 1, found.slice(0, number - 1))
    expect(tpe.suggest({ space: mixed, seed: 0, number, history })).toEqual(point)
  }
})

test('many asked for at once do not ask for the same point', () => {
  const line = space(number('x', uniform({ min: 0, max: 1 })))
  const history = new History(line, 1)
  for (let number = 1; number <= 30; number++) {
    const x = (number * 0.618) % 1
    history.record({ number, point: { x }, state: 'completed', values: [Math.abs(x - 0.5)] })
  }
  const asked: number[] = []
  for (let number = 31; number < 95; number++) {
    const point = tpe.suggest({ space: line, seed: 0, number, history })
    history.record({ number, point, state: 'queued', values: [undefined] })
    asked.push(Number(point.x))
  }
  const blind = Array.from({ length: 64 }, (_, k) =>
    Number(tpe.suggest({ space: line, seed: 0, number: 31 + k, history: History.of(line, 1, []) }).x),
  )
  expect(new Set(blind).size).toBe(64)
  const spread = Math.max(...asked) - Math.min(...asked)
  expect(spread).toBeGreaterThan(0.3)
})

test('the better a good trial is, the more often is looked around it', () => {
  const line = space(number('x', uniform({ min: 0, max: 1 })))
  const observations = Array.from({ length: 60 }, (_, k): Observation => {
    const [x, value] = k < 3 ? [0.2 + k / 100, k / 100] : k < 6 ? [0.8 + k / 100, 0.1 + k / 100] : [(k * 0.618) % 1, 5]
    return { number: k + 1, point: { x }, state: 'completed', values: [value] }
  })
  const history = History.of(line, 1, observations)
  const asked = Array.from({ length: 40 }, (_, k) =>
    Number(tpe.suggest({ space: line, seed: 0, number: 61 + k, history }).x),
  )
  expect(asked.filter((x) => x < 0.5).length).toBeGreaterThan(30)
})

test('it learns from three trials on while others of the first ten are still training', () => {
  const line = space(number('x', uniform({ min: 0, max: 1 })))
  const trials = (finished: number) =>
    Array.from({ length: 10 }, (_, k): Observation => {
      const state = k < finished ? 'completed' : 'running'
      return { number: k + 1, point: { x: k / 10 }, state, values: [k < finished ? k : undefined] }
    })
  const request = { space: line, seed: 0, number: 11 }
  const blind = sobol.suggest({ ...request, history: new History(line, 1) })
  expect(tpe.suggest({ ...request, history: History.of(line, 1, trials(2)) })).toEqual(blind)
  expect(tpe.suggest({ ...request, history: History.of(line, 1, trials(3)) })).not.toEqual(blind)
})

test('a trial that failed, or whose objective is no number, is not good', () => {
  const line = space(number('x', uniform({ min: 0, max: 1 })))
  const observations = Array.from({ length: 60 }, (_, k): Observation => {
    const x = (k * 0.618) % 1
    return x < 0.5
      ? {
          number: k + 1,
          point: { x },
          state: k % 2 === 0 ? 'failed' : 'completed',
          values: [k % 2 === 0 ? undefined : NaN],
        }
      : { number: k + 1, point: { x }, state: 'completed', values: [1 - x] }
  })
  const history = History.of(line, 1, observations)
  const asked = Array.from({ length: 20 }, (_, k) =>
    Number(tpe.suggest({ space: line, seed: 0, number: 61 + k, history }).x),
  )
  expect(asked.filter((x) => x > 0.5).length).toBeGreaterThan(17)
})

test('points that keep to the constraints come before better ones that do not', () => {
  const line = space(number('x', uniform({ min: 0, max: 1 })))
  const observations = Array.from({ length: 60 }, (_, k): Observation => {
    const x = (k * 0.618) % 1
    return { number: k + 1, point: { x }, state: 'completed', values: [x], violations: [0.6 - x] }
  })
  const history = History.of(line, 1, observations)
  const asked = Array.from({ length: 20 }, (_, k) =>
    Number(tpe.suggest({ space: line, seed: 0, number: 61 + k, history }).x),
  )
  expect(asked.filter((x) => x > 0.55 && x < 0.75).length).toBeGreaterThan(12)
})

/** Two branches, of one and of six parameters; the minimum of one of them is lower. */
const branching = space(
  category('kind', ['shallow', 'deep']),
  number('x', uniform({ min: 0, max: 1 }), [{ parameter: 'kind', values: ['shallow'] }]),
  ...Array.from({ length: 6 }, (_, k) =>
    number(`y${k}`, uniform({ min: 0, max: 1 }), [{ parameter: 'kind', values: ['deep'] }]),
  ),
)

function branchingCost(best: string): (point: Parameters) => number {
  return ({ kind, ...coordinates }) => {
    const squares = Object.values(coordinates).map((value) => (Number(value) - 0.3) ** 2)
    return Math.hypot(...squares) + (kind === best ? 0 : 0.1)
  }
}

test.each(['shallow', 'deep'])(
  'the %s branch gets most trials where its minimum is lower, in nine of ten runs',
  (best) => {
    const seeds = Array.from({ length: 10 }, (_, seed) => seed)
    const settled = seeds.filter((seed) => {
      const found = search(branching, 80, seed, branchingCost(best))
      const inBest = found.slice(-40).filter(({ point }) => point.kind === best)
      const costs = found.map(({ values }) => values[0] ?? NaN)
      return inBest.length > 20 && found[costs.indexOf(Math.min(...costs))]?.point.kind === best
    })
    expect(settled.length).toBeGreaterThanOrEqual(9)
  },
)

test('a history that was kept gives the same point as one made anew in a space with branches, too', () => {
  const found = search(branching, 40, 0, branchingCost('deep'))
  for (const { number, point } of found) {
    const history = History.of(branching, 1, found.slice(0, number - 1).toReversed())
    expect(tpe.suggest({ space: branching, seed: 0, number, history })).toEqual(point)
  }
})

test('a branch whose points are all taken leaves the search to the others', () => {
  const small = space(
    category('kind', ['few', 'many']),
    number('n', intUniform({ min: 1, max: 3 }), [{ parameter: 'kind', values: ['few'] }]),
    number('m', intUniform({ min: 1, max: 60 }), [{ parameter: 'kind', values: ['many'] }]),
  )
  const found = search(small, 40, 0, ({ kind, n, m }) => (kind === 'few' ? Number(n) : 10 + Math.abs(Number(m) - 20)))
  const keys = found.map(({ point }) => JSON.stringify(point))
  // Sobol's first ten points may repeat.
  expect(keys.filter((key, k) => k >= 10 && keys.indexOf(key) < k)).toEqual([])
  const costs = found.filter(({ point }) => point.kind === 'many').map(({ values }) => values[0] ?? NaN)
  expect(Math.min(...costs)).toBe(10)
})

test('a branch whose points are all refused does not hold up the search', () => {
  const found = search(branching, 30, 0, branchingCost('deep')).filter(({ point }) => point.kind === 'shallow')
  const history = History.of(branching, 1, [...found, ...found.map((each) => ({ ...each, number: each.number + 30 }))])
  const asked = Array.from({ length: 30 }, (_, attempt) =>
    tpe.suggest({ space: branching, seed: 0, number: 61, attempt, history }),
  )
  expect(new Set(asked.map(({ kind }) => kind))).toEqual(new Set(['shallow', 'deep']))
})

test('branches in which trials fail, break a constraint or still run get fewer trials', () => {
  for (const bad of ['failed', 'running', 'broken'] as const) {
    const observations = Array.from({ length: 60 }, (_, k): Observation => {
      const isShallow = k % 2 === 0
      const at = (k * 0.618) % 1
      const point = isShallow
        ? { kind: 'shallow', x: at }
        : { kind: 'deep', y0: at, y1: at, y2: at, y3: at, y4: at, y5: at }
      if (isShallow || bad === 'broken') {
        return { number: k + 1, point, state: 'completed', values: [at], violations: [isShallow ? 0 : 1] }
      }
      return { number: k + 1, point, state: bad, values: [undefined] }
    })
    const history = History.of(branching, 1, observations)
    const asked = Array.from({ length: 5 }, (_, k) => tpe.suggest({ space: branching, seed: k, number: 61, history }))
    expect(asked.every(({ kind }) => kind === 'shallow')).toBe(true)
  }
})

test('with two objectives branches are drawn as often as good trials are in them', () => {
  const observations = Array.from({ length: 100 }, (_, k): Observation => {
    const at = (k * 0.618) % 1
    const point =
      k % 2 === 0 ? { kind: 'shallow', x: at } : { kind: 'deep', y0: at, y1: at, y2: at, y3: at, y4: at, y5: at }
    return { number: k + 1, point, state: 'completed', values: [at, 1 - at] }
  })
  const history = History.of(branching, 2, observations)
  const asked = Array.from({ length: 60 }, (_, k) => tpe.suggest({ space: branching, seed: k, number: 101, history }))
  const deep = asked.filter(({ kind }) => kind === 'deep').length
  expect(deep).toBeGreaterThan(15)
  expect(deep).toBeLessThan(45)
})
