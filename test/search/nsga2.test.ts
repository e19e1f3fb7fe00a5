import { expect, test } from 'vitest'

import type { Parameters } from '../../src/programs/program.ts'
import { intUniform, uniform } from '../../src/search/distributions.ts'
import { History } from '../../src/search/history.ts'
import { hypervolume } from '../../src/search/hypervolume.ts'
import { nsga2 } from '../../src/search/nsga2.ts'
import { random } from '../../src/search/random.ts'
import type { Observation, SearchMethod } from '../../src/search/search.ts'
import { tpe } from '../../src/search/tpe.ts'
import { category, number, space } from './spaces.ts'

const mixed = space(
  number('x', uniform({ min: 0, max: 1 })),
  number('layers', intUniform({ min: 1, max: 60 })),
  category('kind', ['a', 'b']),
  number('only_b', uniform({ min: 0, max: 1 }), [{ parameter: 'kind', values: ['b'] }]),
)

function costsOf({ x, layers, kind, only_b = 1 }: Parameters): number[] {
  const far = Math.abs(Number(layers) - 20) / 20 + (kind === 'b' ? Number(only_b) : 0.7)
  return [Number(x) + far, 1 - Math.sqrt(Number(x)) + far]
}

function search(
  method: SearchMethod,
  trials: number,
  seed: number,
  isAllowed = (point: Parameters) => point.kind !== 'c',
) {
  const history = new History(mixed, 2)
  const observations: Observation[] = []
  for (let k = 1; k <= trials; k++) {
    const point = method.suggest({ space: mixed, seed, number: k, history })
    const violations = [isAllowed(point) ? 0 : Number(point.x)]
    const observation: Observation = { number: k, point, state: 'completed', values: costsOf(point), violations }
    observations.push(observation)
    history.record(observation)
  }
  return observations
}

const volume = (observations: readonly Observation[]) =>
  hypervolume(
    observations.map(({ values }) => values.map((value) => value ?? NaN)),
    [2, 2],
  )

test.each([
  ['nsga2', nsga2],
  ['tpe', tpe],
])('%s finds a better front than chance does', (_, method) => {
  const total = (of: SearchMethod) => [0, 1, 2, 3, 4].reduce((sum, seed) => sum + volume(search(of, 150, seed)), 0)
  expect(total(method)).toBeGreaterThan(1.2 * total(random))
})

test.each([
  ['nsga2', nsga2],
  ['tpe', tpe],
])('%s goes on from rows alone, in whatever order they come', (_, method) => {
  const all = search(method, 90, 3)
  for (const done of [20, 60, 89]) {
    const history = History.of(mixed, 2, all.slice(0, done).reverse())
    expect(method.suggest({ space: mixed, seed: 3, number: done + 1, history })).toEqual(all[done]?.point)
  }
})

test.each([
  ['nsga2', nsga2],
  ['tpe', tpe],
])('%s keeps to the constraints once it knows where they are broken', (_, method) => {
  const isAllowed = (point: Parameters) => Number(point.x) < 0.3
  const late = search(method, 150, 0, isAllowed).slice(-50)
  expect(late.filter(({ point }) => isAllowed(point)).length).toBeGreaterThan(35)
})

test.each([
  ['nsga2', nsga2],
  ['tpe', tpe],
])('%s asks for each point of a small space once, as long as there are some', (_, method) => {
  const small = space(number('a', intUniform({ min: 1, max: 10 })), number('b', intUniform({ min: 1, max: 10 })))
  const history = new History(small, 2)
  for (let k = 1; k <= 80; k++) {
    const point = method.suggest({ space: small, seed: 0, number: k, history })
    history.record({ number: k, point, state: 'completed', values: [Number(point.a), Number(point.b)] })
  }
  const known = new Set(
    Array.from({ length: 80 }, (_, row) => `${history.coordinates[0]?.at(row)} ${history.coordinates[1]?.at(row)}`),
  )
  expect(known.size).toBeGreaterThan(70)
})
