import { expect, test } from 'vitest'

import { branchesOf, leafWith, leavesOf } from '../../src/search/branches.ts'
import { intUniform, uniform } from '../../src/search/distributions.ts'
import type { Condition, SearchSpace } from '../../src/search/space.ts'
import { category, number, space } from './spaces.ts'

const unit = uniform({ min: 0, max: 1 })

function is(parameter: string, ...values: readonly string[]): Condition {
  return { parameter, values }
}

/** The names of the parameters of each leaf's own, and its probability. */
function leaves(of: SearchSpace): string[] {
  return leavesOf(branchesOf(of))
    .map(({ own, probability }) => {
      const names = [...own].map((d) => of.parameters[d]?.name).sort()
      return `${names.join(' ')}: ${probability.toFixed(2)}`
    })
    .sort()
}

test('alternatives with parameters of their own are branches, those within others too', () => {
  const nested = space(
    category('model', ['linear', 'tree', 'net']),
    number('shared', unit),
    number('alpha', unit, [is('model', 'linear')]),
    number('depth', unit, [is('model', 'tree')]),
    category('optimizer', ['adam', 'momentum'], [is('model', 'net')]),
    number('rate', unit, [is('model', 'net')]),
    number('momentum', unit, [is('model', 'net'), is('optimizer', 'momentum')]),
  )
  expect(leaves(nested)).toEqual([': 0.17', 'alpha: 0.33', 'depth: 0.33', 'momentum: 0.17'])
})

test('a number whose values add parameters by conditions that exclude each other makes branches', () => {
  const rare = space(
    number('level', intUniform({ min: 1, max: 10 })),
    number('often', unit, [{ parameter: 'level', min: 1, max: 9 }]),
    number('seldom', unit, [{ parameter: 'level', min: 10, max: 10 }]),
  )
  expect(leaves(rare)).toEqual(['often: 0.90', 'seldom: 0.10'])
})

test('steps of a number that each add a parameter are no branches, inside a branch neither', () => {
  const widths = (when: readonly Condition[]) =>
    [1, 2, 3, 4].map((k) => number(`width${k}`, unit, [...when, { parameter: 'layers', min: k, max: 4 }]))
  const layers = (when: readonly Condition[] = []) => [
    number('layers', intUniform({ min: 1, max: 4 }), when),
    ...widths(when),
  ]
  expect(leaves(space(...layers()))).toHaveLength(1)
  const isNet = [is('model', 'net')]
  const inside = space(
    category('model', ['net', 'tree']),
    ...layers(isNet),
    number('depth', unit, [is('model', 'tree')]),
  )
  expect(leaves(inside)).toHaveLength(2)
})

test('independent switches, and spaces without conditions, have no branches that exclude each other', () => {
  const switches = ['a', 'b', 'c'].flatMap((name) => [
    category(`use_${name}`, ['yes', 'no']),
    number(name, unit, [is(`use_${name}`, 'yes')]),
  ])
  // That none is on is an alternative to all others.
  expect(leaves(space(...switches))).toEqual([': 0.13', 'a b c: 0.88'])
  expect(leaves(space(number('x', unit), category('kind', ['a', 'b'])))).toHaveLength(1)
})

test('a point belongs to the branch that owns its parameters, however rare they are together', () => {
  const many = space(
    category('kind', ['few', 'many']),
    ...Array.from({ length: 12 }, (_, k) => category(`use${k}`, ['yes', 'no'], [is('kind', 'many')])),
    ...Array.from({ length: 12 }, (_, k) => number(`x${k}`, unit, [is('kind', 'many'), is(`use${k}`, 'yes')])),
    number('y', unit, [is('kind', 'few')]),
  )
  const tree = branchesOf(many)
  const all = many.parameters.flatMap(({ name }, d) => (name === 'y' ? [] : [d]))
  expect(leafWith(tree, all)?.own.has(many.parameters.findIndex(({ name }) => name === 'x7'))).toBe(true)
})
