import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { ParameterValue, Parameters } from '../../src/programs/program.ts'
import { intUniform, uniform } from '../../src/search/distributions.ts'
import { searchSpace, type Condition, type SearchParameter, type SearchSpace } from '../../src/search/space.ts'
import { category, conditional, conditionalSpace, number, type TestFunction } from './functions.ts'

/** A function of a conditional space. Parameters of one branch do not exist in the others. */
export interface BranchingFunction extends TestFunction {
  readonly branches: readonly string[]
  readonly branchOf: (point: Parameters) => string
  /** The branch that holds the minimum. */
  readonly best: string
}

/** How much higher the minimum of every other branch is. */
const gap = 0.1

const unit = uniform({ min: 0, max: 1 })

/** A branch of a synthetic space: its conditions, and one coordinate in [0, 1] per dimension. */
interface Branch {
  readonly name: string
  readonly dimensions: number
  readonly when: readonly Condition[]
}

function branch(name: string, dimensions: number, when: readonly Condition[]): Branch {
  return { name, dimensions, when }
}

function is(parameter: string, ...values: readonly ParameterValue[]): Condition {
  return { parameter, values }
}

const names = (of: Branch) => Array.from({ length: of.dimensions }, (_, k) => `${of.name}${k}`)

/** Distance to the centre of a branch, scaled so that random points of high dimension are worse but not hopeless. */
function bowl(of: Branch, point: Parameters): number {
  const squares = names(of).map((name, k) => (Number(point[name]) - centre(of.name, k)) ** 2)
  return squares.reduce((sum, square) => sum + square, 0) / Math.sqrt(of.dimensions)
}

function centre(name: string, k: number): number {
  return 0.15 + 0.7 * (((name.charCodeAt(0) + 5 * k) * 0.618) % 1)
}

function synthetic(
  title: string,
  structure: readonly SearchParameter[],
  branches: readonly Branch[],
  branchOf: (point: Parameters) => string,
): Readonly<Record<string, BranchingFunction>> {
  const space = searchSpace([
    ...structure,
    ...branches.flatMap((of) => names(of).map((name) => number(name, unit, of.when))),
  ])
  const valueOf = (best: string, point: Parameters) => {
    const of = branches.find(({ name }) => name === branchOf(point))
    return of === undefined ? NaN : bowl(of, point) + (of.name === best ? 0 : gap)
  }
  return arrangements(
    title,
    space,
    branches.map(({ name }) => name),
    branchOf,
    valueOf,
  )
}

/** One function per branch: the one that holds the minimum. */
function arrangements(
  title: string,
  space: SearchSpace,
  branches: readonly string[],
  branchOf: (point: Parameters) => string,
  valueOf: (best: string, point: Parameters) => number,
): Readonly<Record<string, BranchingFunction>> {
  return Object.fromEntries(
    branches.map((best) => {
      const evaluate = (point: Parameters) => [valueOf(best, point)]
      return [`${title}-${best}`, { space, evaluate, least: title === 'models' ? 0.02 : 0, branches, branchOf, best }]
    }),
  )
}

/** What a branch of `conditional` is at best. */
const minima: Readonly<Record<string, number>> = { linear: 0.3, tree: 0.12, net: 0.02 }

/** The function `conditional`, in which a branch swaps its minimum with `net`. */
function models(best: string, point: Parameters): number {
  const model = String(point.model)
  const [own = 0, lowest = 0] = [minima[model], minima.net]
  const wanted = model === best ? lowest : model === 'net' ? (minima[best] ?? 0) : own
  return conditional(point) - own + wanted
}

const letters = ['a', 'b', 'c', 'd', 'e', 'f']
const sixBranches = letters.map((letter) => branch(letter, 2, [is('kind', letter)]))

const nestedBranches = [
  branch('a', 1, [is('family', 'left'), is('left', 'small')]),
  branch('b', 2, [is('family', 'left'), is('left', 'large'), is('large', 'even')]),
  branch('c', 4, [is('family', 'left'), is('left', 'large'), is('large', 'odd')]),
  branch('d', 3, [is('family', 'right')]),
]
const nestedStructure = [
  category('family', ['left', 'right']),
  category('left', ['small', 'large'], [is('family', 'left')]),
  category('large', ['even', 'odd'], [is('family', 'left'), is('left', 'large')]),
]

const unequalBranches = [1, 3, 8].map((dimensions, k) => {
  const letter = letters[k] ?? ''
  return branch(letter, dimensions, [is('kind', letter)])
})

/** The branches have 7, 2 and 1 of ten levels. */
const rareBranches = [
  branch('a', 1, [{ parameter: 'level', min: 1, max: 7 }]),
  branch('b', 3, [{ parameter: 'level', min: 8, max: 9 }]),
  branch('c', 6, [{ parameter: 'level', min: 10, max: 10 }]),
]

/** Support vector machines of scikit-learn, trained: `svm_table.py` made the table. */
interface SvmTable {
  /** By data set: the error by `kernel C gamma degree coef0`, places in the lists of values, `-` where there is none. */
  readonly errors: Readonly<Record<string, Readonly<Record<string, number>>>>
}

export const svmFile = join(import.meta.dirname, 'svm-table.json')
const svmNames = ['kernel', 'C', 'gamma', 'degree', 'coef0']
const svmSpace = searchSpace([
  category('kernel', ['linear', 'rbf', 'poly', 'sigmoid']),
  number('C', intUniform({ min: 0, max: 8 })),
  number('gamma', intUniform({ min: 0, max: 8 }), [is('kernel', 'rbf', 'poly', 'sigmoid')]),
  number('degree', intUniform({ min: 0, max: 2 }), [is('kernel', 'poly')]),
  number('coef0', intUniform({ min: 0, max: 2 }), [is('kernel', 'poly', 'sigmoid')]),
])

function svms(): Readonly<Record<string, BranchingFunction>> {
  const { errors } = JSON.parse(readFileSync(svmFile, 'utf8')) as SvmTable
  return Object.fromEntries(
    Object.entries(errors).map(([set, table]) => {
      const entries = Object.entries(table).sort(([, a], [, b]) => a - b)
      const [key = '', least = 0] = entries[0] ?? []
      const evaluate = (point: Parameters) => [
        table[svmNames.map((name) => String(point[name] ?? '-')).join(' ')] ?? NaN,
      ]
      const branchOf = (point: Parameters) => String(point.kernel)
      const branches = ['linear', 'rbf', 'poly', 'sigmoid']
      return [`svm-${set}`, { space: svmSpace, evaluate, least, branches, branchOf, best: key.split(' ')[0] ?? '' }]
    }),
  )
}

/** Each conditional space with the minimum in each branch in turn; `optuna_branching.py` has the same functions. */
export const branchingFunctions: Readonly<Record<string, BranchingFunction>> = {
  ...arrangements('models', conditionalSpace, Object.keys(minima), ({ model }) => String(model), models),
  ...synthetic('six', [category('kind', letters)], sixBranches, ({ kind }) => String(kind)),
  ...synthetic('nested', nestedStructure, nestedBranches, ({ family, left, large }) =>
    family === 'right' ? 'd' : left === 'small' ? 'a' : large === 'even' ? 'b' : 'c',
  ),
  ...synthetic('unequal', [category('kind', letters.slice(0, 3))], unequalBranches, ({ kind }) => String(kind)),
  ...synthetic('rare', [number('level', intUniform({ min: 1, max: 10 }))], rareBranches, ({ level }) =>
    Number(level) <= 7 ? 'a' : Number(level) <= 9 ? 'b' : 'c',
  ),
  ...svms(),
}
