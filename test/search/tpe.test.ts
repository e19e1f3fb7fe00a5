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

function costOf({ x, rate, layers, kind, only_b = 1 }: Parameters): number {
  const far = Number(x) ** 2 + (Math.log10(Number(rate)) + 3) ** 2 + Math.abs(Number(layers) - 6)
  return far + (kind === 'b' ? Number(only_b) : 3)
}

function search(space: SearchSpace, trials: number, seed: number): Observation[] {
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
