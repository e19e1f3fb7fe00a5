import { expect, test } from 'vitest'

import { SwathError } from '../../src/errors.ts'
import { grid } from '../../src/search/grid.ts'
import { checkParameters } from '../../src/sweep/check-parameters.ts'
import { checkSearch, constraintsOf, isAboutPoint } from '../../src/sweep/check-search.ts'
import { sweepFileSchema, type SweepFileContent } from '../../src/sweep/schema.ts'
import { SweepSource } from '../../src/sweep/source.ts'
import { parameterNames, spaceOf, searchedParameters } from '../../src/sweep/space.ts'

function parse(parameters: string, method = 'random'): [SweepSource, SweepFileContent] {
  const lines = parameters.trim().split('\n')
  const text = `program: mlp\nmethod: ${method}\nparameters:\n${lines.map((line) => `  ${line}\n`).join('')}`
  const source = new SweepSource('sweep.yaml', text)
  return [source, sweepFileSchema.parse(source.value())]
}

function mistake(parameters: string, method?: string): string {
  const [source, content] = parse(parameters, method)
  const mistakes = checkParameters(content)
  return mistakes.length === 0 ? '' : source.error(mistakes).message
}

/** Every distribution as W&B's documentation shows it. */
const everything = `
constant: { value: 1 }
words: { values: [a, b], probabilities: [0.3, 0.7] }
named: { distribution: categorical_w_probabilities, values: [1, 2], probabilities: [0.5, 0.5] }
whole: { min: 1, max: 8 }
real: { min: 0.1, max: 1.0e+0 }
quantised: { distribution: q_uniform, min: 0, max: 1, q: 0.25 }
rate: { distribution: log_uniform_values, min: 1.0e-5, max: 1 }
inverse: { distribution: inv_log_uniform_values, min: 1.0e-5, max: 1 }
batch: { distribution: q_log_uniform_values, min: 16, max: 512, q: 16 }
bell: { distribution: normal, mu: 3, sigma: 2 }
bells: { distribution: q_normal, q: 0.5 }
ratio: { distribution: log_normal }
ratios: { distribution: q_log_normal, mu: 1, sigma: 1, q: 2 }
share: { distribution: beta, a: 2, b: 5 }
shares: { distribution: q_beta, a: 2, b: 5, q: 0.1 }
old: { distribution: log_uniform, min: -5, max: 0 }
older: { distribution: q_log_uniform, min: 0, max: 5 }
oldest: { distribution: inv_log_uniform, min: 0, max: 5 }
`

test('every distribution of W&B’s is read', () => {
  expect(mistake(everything)).toBe('')
  const { parameters } = spaceOf(parse(everything)[1].parameters)
  expect(parameters.map(({ name }) => name)).toEqual(parameters.map(({ name }) => name).sort())
  const middle = Object.fromEntries(
    parameters.map((each) => [each.name, each.kind === 'number' ? each.distribution.valueAt(0.5) : each.probabilities]),
  )
  expect(middle).toMatchInlineSnapshot(`
    {
      "batch": 64,
      "bell": 3,
      "bells": 0,
      "constant": [
        1,
      ],
      "inverse": 0.003162277660168379,
      "named": [
        0.5,
        0.5,
      ],
      "old": 0.0820849986238988,
      "older": 9,
      "oldest": 0.0820849986238988,
      "quantised": 0.5,
      "rate": 0.003162277660168379,
      "ratio": 1,
      "ratios": 2,
      "real": 0.55,
      "share": 0.26444998329565916,
      "shares": 0.3,
      "whole": 5,
      "words": [
        0.3,
        0.7,
      ],
    }
  `)
})

test('nested parameters have the outer one’s name before their own, and its condition', () => {
  const nested = `
optimizer: { values: [adam, sgd] }
model:
  when: { optimizer: sgd }
  parameters:
    depth: { values: [1, 2] }
    head: { parameters: { width: { value: 3 } } }
`
  expect(mistake(nested, 'grid')).toBe('')
  const { parameters } = parse(nested)[1]
  expect(parameterNames(parameters)).toEqual(['model.depth', 'model.head.width', 'optimizer'])
  expect(searchedParameters(parameters)).toEqual(['optimizer', 'model.depth', 'model.head.width'])
  const space = spaceOf(parameters)
  expect(Array.from({ length: grid.count(space) }, (_, k) => grid.point(space, k))).toEqual([
    { optimizer: 'adam' },
    { optimizer: 'sgd', 'model.depth': 1, 'model.head.width': 3 },
    { optimizer: 'sgd', 'model.depth': 2, 'model.head.width': 3 },
  ])
})

test('numbers in a list are neighbours by size, and a grid keeps their order', () => {
  const [, { parameters }] = parse('width: { values: [512, 16, 64] }')
  const space = spaceOf(parameters)
  expect(Array.from({ length: 3 }, (_, k) => grid.point(space, k).width)).toEqual([512, 16, 64])
  const [width] = space.parameters
  const drawn = [0.1, 0.5, 0.9].map((share) => (width?.kind === 'number' ? width.distribution.valueAt(share) : NaN))
  expect(drawn).toEqual([16, 64, 512])
})

const refused: [parameters: string, message: RegExp, method?: string][] = [
  [
    'x: { distribution: uniform, min: 2, max: 1 }',
    /:4:44: parameters\.x\.max: expected a number above min \(2\), got 1/,
  ],
  ['x: { min: -1.0e+308, max: 1.0e+308, distribution: uniform }', /too wide/],
  [
    'x: { distribution: log_uniform_values, min: 0, max: 1 }',
    /:4:47: parameters\.x\.min: expected a number above 0 on a log/,
  ],
  ['x: { distribution: log_uniform_values, min: -1, max: 1 }', /above 0 on a log scale, got -1/],
  [
    'x: { distribution: q_uniform, min: 0, max: 1, q: 2 }',
    /:4:52: parameters\.x\.q: expected a step within 0 to 1, got 2/,
  ],
  ['x: { distribution: q_log_uniform, min: 0.1, max: 0.6 }', /a step that has a multiple from min to max/],
  ['x: { distribution: q_beta, q: 2 }', /expected a step within 0 to 1, got 2/],
  [
    'x: { distribution: log_uniform, min: 1, max: 1000 }',
    /takes exponents of e, up to 700, got 1000; for values use log_uniform_values/,
  ],
  ['x: { distribution: int_uniform, min: 1, max: 2.5 }', /\.max: int_uniform takes whole numbers, got 2\.5/],
  ['x: { distribution: uniform, values: [1] }', /uniform needs `min`/],
  ['x: { distribution: normal, min: 1, max: 2 }', /:4:35: parameters\.x\.min: normal takes no `min`/],
  ['x: { distribution: log_uniform_values, min: 1, max: 2, q: 1 }', /`q` needs `distribution: q_log_uniform_values`/],
  ['x: { value: 1, mu: 3 }', /constant takes no `mu`/],
  [
    'x: { values: [a, b], probabilities: [0.5, 0.4] }',
    /:4:39: parameters\.x\.probabilities: expected a sum of 1, got 0\.9/,
  ],
  ['x: { values: [a, b], probabilities: [1] }', /expected one for each of the 2 values, got 1/],
  ['x: { values: [a, b], probabilities: [0.5, 0.5] }', /a grid takes each value once/, 'grid'],
  ['x: { distribution: normal }', /a grid needs values that can be listed.*normal has no end/, 'grid'],
  [
    'x: { value: 1, when: { y: 1 } }\nyy: { value: 1 }',
    /:4:26: parameters\.x\.when\.y: there is no parameter y; did you mean yy\?/,
  ],
  ['x: { value: 1, when: { y: [1, 3] } }\ny: { values: [1, 2] }', /:4:33: parameters\.x\.when\.y\.1: y is never 3/],
  ['x: { value: 1, when: { y: { min: 3, max: 2 } } }\ny: { values: [1, 2] }', /min to be no more than max/],
  ['x: { value: 1, when: { x: 1 } }', /:4:24: parameters\.x\.when: the conditions go round in a circle: x → x/],
  [
    'x: { value: 1, when: { y: 1 } }\ny: { value: 1, when: { z: 1 } }\nz: { value: 1, when: { x: 1 } }',
    /circle: x → y → z → x/,
  ],
  ['a: { parameters: { b: { value: 1 } }, value: 2 }', /`value` and `parameters` exclude each other/],
  ['a: { parameters: { b: { value: 1 } } }\na.b: { value: 2 }', /another parameter sets this too/],
  ['a: { parameters: { } }', /expected at least one parameter in it/],
  ['a: { parameters: { b: { min: 3, max: 2 } } }', /parameters\.a\.parameters\.b\.max: expected a number above min/],
  ['a: { min: 1, max: 1000000 }\nb: { values: [1, 2], when: { a: 5 } }', /1,000,000 combinations/, 'grid'],
]

test.each(refused)('%s is refused', (parameters, message, method) => {
  expect(mistake(parameters, method)).toMatch(message)
})

test('a mistake is a SwathError with the place of its own', () => {
  const [source, content] = parse('x: { min: 2, max: 1 }')
  expect(source.error(checkParameters(content))).toBeInstanceOf(SwathError)
})

test.each([
  ['constraints: ["flops <= "]', /constraints\.0: it ends where a number or a name is expected, at character 9 of it/],
  ['constraints: ["1 <= 2"]', /it compares numbers alone/],
  ['constraints: ["FLOPs <= 2"]', /there is no FLOPs; did you mean flops\?/],
  ['objectives: [{ name: a }, { name: a }]', /objectives\.1\.name: a is an objective already/],
  ['objectives: [{ name: a }]\nmetric: { name: b }', /objectives: `objectives` and `metric` exclude each other/],
])('%s is refused', (text, message) => {
  const source = new SweepSource('sweep.yaml', `method: random\nparameters: { x: { value: 1 } }\n${text}\n`)
  expect(source.error(checkSearch(sweepFileSchema.parse(source.value()))).message).toMatch(message)
})

test('a constraint is about the point if all in it is known before training', () => {
  const content = { constraints: ['flops <= 1e6 * x', 'accuracy >= 0.9'] }
  expect(constraintsOf(content).map((each) => isAboutPoint(each, ['x']))).toEqual([true, false])
})
