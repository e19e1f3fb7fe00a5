import type { Parameters } from '../../src/programs/program.ts'
import { intUniform, logUniform, uniform, type NumberDistribution } from '../../src/search/distributions.ts'
import { searchSpace, type Condition, type SearchParameter, type SearchSpace } from '../../src/search/space.ts'

/** A known function in place of training; `optuna_search.py` has the same ones. */
export interface TestFunction {
  readonly space: SearchSpace
  readonly evaluate: (point: Parameters) => number[]
  /** Of one objective: the least value. */
  readonly least?: number
  /** Of several: what the hypervolume is measured from. */
  readonly reference?: readonly number[]
}

function numbers(count: number, distribution: NumberDistribution): SearchSpace {
  const names = Array.from({ length: count }, (_, k) => `x${k}`)
  return searchSpace(names.map((name) => ({ kind: 'number', name, when: [], distribution })))
}

export function number(
  name: string,
  distribution: NumberDistribution,
  when: readonly Condition[] = [],
): SearchParameter {
  return { kind: 'number', name, when, distribution }
}

export function category(name: string, values: readonly string[], when: readonly Condition[] = []): SearchParameter {
  const choices = values.map((value) => ({ [name]: value }))
  return { kind: 'category', name, when, choices, probabilities: values.map(() => 1 / values.length) }
}

function xs(point: Parameters, count: number): number[] {
  return Array.from({ length: count }, (_, k) => Number(point[`x${k}`]))
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

function branin(point: Parameters): number {
  const [x = 0, y = 0] = xs(point, 2)
  const bent = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6
  return bent ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10
}

const hartmannA = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
]
const hartmannP = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]

function hartmann(point: Parameters): number {
  const x = xs(point, 6)
  const inner = (i: number) =>
    sum(x.map((each, j) => (hartmannA[i]?.[j] ?? 0) * (each - (hartmannP[i]?.[j] ?? 0)) ** 2))
  return -sum([1, 1.2, 3, 3.2].map((weight, i) => weight * Math.exp(-inner(i))))
}

function ackley(point: Parameters): number {
  const x = xs(point, 10)
  const root = Math.sqrt(sum(x.map((each) => each ** 2)) / x.length)
  const waves = sum(x.map((each) => Math.cos(2 * Math.PI * each))) / x.length
  return -20 * Math.exp(-0.2 * root) - Math.exp(waves) + 20 + Math.E
}

function rosenbrock(point: Parameters): number {
  const x = xs(point, 5)
  return sum(x.slice(1).map((next, k) => 100 * (next - (x[k] ?? 0) ** 2) ** 2 + (1 - (x[k] ?? 0)) ** 2))
}

const isNet: Condition = { parameter: 'model', values: ['net'] }
const isTree: Condition = { parameter: 'model', values: ['tree'] }

/** Three kinds of model with parameters of their own, one of them within another one's. */
export const conditionalSpace = searchSpace([
  category('model', ['linear', 'tree', 'net']),
  number('alpha', logUniform({ min: 1e-6, max: 1 }), [{ parameter: 'model', values: ['linear'] }]),
  number('depth', intUniform({ min: 1, max: 16 }), [isTree]),
  number('shrinkage', logUniform({ min: 1e-3, max: 1 }), [isTree]),
  number('layers', intUniform({ min: 1, max: 5 }), [isNet]),
  number('rate', logUniform({ min: 1e-5, max: 1 }), [isNet]),
  category('optimizer', ['adam', 'sgd', 'momentum'], [isNet]),
  number('momentum', uniform({ min: 0, max: 1 }), [isNet, { parameter: 'optimizer', values: ['momentum'] }]),
  number('dropout', uniform({ min: 0, max: 0.8 }), [isNet]),
])

export function conditional(point: Parameters): number {
  const log = (name: string) => Math.log10(Number(point[name]))
  if (point.model === 'linear') return 0.3 + 0.02 * (log('alpha') + 3) ** 2
  if (point.model === 'tree') {
    return 0.12 + 0.004 * (Number(point.depth) - 7) ** 2 + 0.08 * (log('shrinkage') + 1.2) ** 2
  }
  const best = { adam: -3, sgd: -1, momentum: -2 }[String(point.optimizer)] ?? 0
  const own = { adam: 0.03, sgd: 0.06, momentum: 0.2 * (Number(point.momentum ?? 0) - 0.9) ** 2 }[
    String(point.optimizer)
  ]
  const shape = 0.02 * (Number(point.layers) - 3) ** 2 + 0.3 * (Number(point.dropout) - 0.25) ** 2
  return 0.02 + (own ?? 0) + shape + 0.1 * (log('rate') - best) ** 2
}

/** E. Zitzler, K. Deb, L. Thiele: Comparison of multiobjective evolutionary algorithms, 2000; here in eight variables. */
function zdt(front: (first: number, g: number) => number): (point: Parameters) => number[] {
  return (point) => {
    const [first = 0, ...rest] = xs(point, 8)
    const g = 1 + (9 * sum(rest)) / rest.length
    return [first, g * front(first, g)]
  }
}

/** K. Deb et al., Scalable test problems for evolutionary multiobjective optimization, 2005; two objectives. */
function dtlz2(point: Parameters): number[] {
  const [first = 0, ...rest] = xs(point, 8)
  const g = sum(rest.map((x) => (x - 0.5) ** 2))
  return [(1 + g) * Math.cos((first * Math.PI) / 2), (1 + g) * Math.sin((first * Math.PI) / 2)]
}

/** What a network errs against what it costs, roughly as MNIST has it. */
const tradeSpace = searchSpace([
  number('depth', intUniform({ min: 1, max: 4 })),
  number('width', logUniform({ min: 16, max: 1024 })),
  number('rate', logUniform({ min: 1e-5, max: 0.1 })),
  number('batch', intUniform({ min: 4, max: 9 })),
  category('activation', ['relu', 'tanh', 'sigmoid']),
  category('optimizer', ['adam', 'sgd']),
  number('momentum', uniform({ min: 0, max: 0.99 }), [{ parameter: 'optimizer', values: ['sgd'] }]),
])

function trade(point: Parameters): number[] {
  const [depth, width, batch] = [Number(point.depth), Number(point.width), Number(point.batch)]
  const flops = 2 * (784 * width + (depth - 1) * width ** 2 + 10 * width)
  const best = point.optimizer === 'adam' ? -3 + 0.1 * (batch - 6) : -1.5 + 0.1 * (batch - 6)
  const sgd = point.optimizer === 'sgd' ? 0.2 + 0.5 * (Number(point.momentum) - 0.9) ** 2 : 0
  const activation = { relu: 0, tanh: 0.1, sigmoid: 0.4 }[String(point.activation)] ?? 0
  const capacity = 12 / width ** 0.6 + 0.35 / depth
  const error = 1 + capacity + activation + sgd + 0.5 * (Math.log10(Number(point.rate)) - best) ** 2
  return [error, Math.log10(flops) - 4]
}

const unit = uniform({ min: 0, max: 1 })

const braninSpace = searchSpace([
  number('x0', uniform({ min: -5, max: 10 })),
  number('x1', uniform({ min: 0, max: 15 })),
])

export const functions: Readonly<Record<string, TestFunction>> = {
  branin: { space: braninSpace, evaluate: (point) => [branin(point)], least: 0.39788735772973816 },
  'hartmann-6': { space: numbers(6, unit), evaluate: (point) => [hartmann(point)], least: -3.322368011415511 },
  'ackley-10': {
    space: numbers(10, uniform({ min: -32.768, max: 32.768 })),
    evaluate: (point) => [ackley(point)],
    least: 0,
  },
  'rosenbrock-5': {
    space: numbers(5, uniform({ min: -5, max: 10 })),
    evaluate: (point) => [rosenbrock(point)],
    least: 0,
  },
  conditional: { space: conditionalSpace, evaluate: (point) => [conditional(point)], least: 0.02 },
  'zdt-1': { space: numbers(8, unit), evaluate: zdt((x, g) => 1 - Math.sqrt(x / g)), reference: [1.1, 6] },
  'zdt-2': { space: numbers(8, unit), evaluate: zdt((x, g) => 1 - (x / g) ** 2), reference: [1.1, 6] },
  'zdt-3': {
    space: numbers(8, unit),
    evaluate: zdt((x, g) => 1 - Math.sqrt(x / g) - (x / g) * Math.sin(10 * Math.PI * x)),
    reference: [1.1, 6],
  },
  'dtlz-2': { space: numbers(8, unit), evaluate: dtlz2, reference: [2, 2] },
  trade: { space: tradeSpace, evaluate: trade, reference: [6, 3] },
}
