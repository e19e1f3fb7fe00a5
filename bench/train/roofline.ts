import type * as TensorFlow from '@tensorflow/tfjs'
import { dataTypes, nodeBackend } from '../../src/tensorflow/backend.ts'
import { bool, dimensions, GraphBuilder, int, text, type, type Ref } from '../../src/tensorflow/graph.ts'
import { Session } from '../../src/tensorflow/session.ts'
import type { Request } from './protocol.ts'

const { float32 } = dataTypes

/** Steps of one call, as in swath. */
const unrolled = 32

/**
 * The least that a step of a dense network takes: its matrix products alone, forward and backward, and the bytes of Adam's
 * update. Each array is read or written once: the weight, two moments and the gradient in, the weight and the moments out.
 */
export function roofline(tf: typeof TensorFlow, { model, batch }: Request) {
  const backend = nodeBackend(tf)
  if (backend === undefined) throw new Error('no TensorFlow')
  const sizes = [784, ...model.split('-').map(Number), 10]
  const layers = sizes.slice(1).map((units, i) => ({ inputs: sizes[i] ?? 0, units, isFirst: i === 0 }))

  const graph = new GraphBuilder()
  const written: Ref[] = []
  const feeds = new Map<Ref, TensorFlow.Tensor>()
  // Variables, because products of constants would be computed once and for all.
  const matrix = (rows: number, columns: number) => {
    const name = `matrix${feeds.size}`
    const attributes = [type('dtype', float32), dimensions('shape', [rows, columns]), text('shared_name', name)]
    const handle = graph.node('VarHandleOp', [], attributes)
    const input = graph.placeholder(`${name}_input`, float32, [rows, columns])
    const copy = graph.node('DeepCopy', [input], [type('T', float32)])
    written.push(graph.node('AssignVariableOp', [handle, copy], [type('dtype', float32)]))
    feeds.set(input, tf.randomNormal([rows, columns]))
    return handle
  }
  const matrices = layers.map(({ inputs, units }) => ({
    x: matrix(batch, inputs),
    weight: matrix(inputs, units),
    gradient: matrix(batch, units),
  }))
  let done: Ref[] = []
  const sums: Ref[] = []
  for (let step = 0; step < unrolled; step++) {
    const read = (handle: Ref) => graph.node('ReadVariableOp', [handle], [type('dtype', float32)], done)
    const product = (a: Ref, b: Ref, transposed: { a?: boolean; b?: boolean } = {}) =>
      graph.node(
        'MatMul',
        [a, b],
        [type('T', float32), bool('transpose_a', transposed.a === true), bool('transpose_b', transposed.b === true)],
      )
    const products = layers.flatMap(({ isFirst }, i) => {
      const its = matrices[i]
      if (its === undefined) return []
      const [x, weight, gradient] = [read(its.x), read(its.weight), read(its.gradient)]
      const backward = isFirst ? [] : [product(gradient, weight, { b: true })]
      return [product(x, weight), product(x, gradient, { a: true }), ...backward]
    })
    // A product that nobody reads is not computed: one number of each is.
    const numbers = products.map((each) =>
      graph.node(
        'Slice',
        [each, graph.ints([0, 0]), graph.ints([1, 1])],
        [type('T', float32), type('Index', dataTypes.int32)],
      ),
    )
    done = [graph.node('AddN', numbers, [int('N', numbers.length), type('T', float32)])]
    sums.push(...done)
  }
  const start = graph.node('Identity', [graph.int(0)], [type('T', dataTypes.int32)], written)
  const end = graph.node('AddN', sums, [int('N', sums.length), type('T', float32)])
  const session = new Session(backend, graph.nodes)
  session.run(feeds, [start])
  tf.dispose([...feeds.values()])

  const parameters = layers.reduce((sum, { inputs, units }) => sum + (inputs + 1) * units, 0)
  const [weight, m, v, gradient] = [0, 1, 2, 3].map(() => new Float32Array(parameters).fill(1))
  return {
    train(steps: number) {
      for (let left = steps; left > 0; left -= unrolled) {
        session.run(new Map(), [end])
        // A copy reads once and writes once: three of them, and the gradient's half, move as many bytes as an update.
        for (let step = 0; step < unrolled; step++) {
          weight?.set(m ?? [])
          m?.set(v ?? [])
          v?.set(gradient ?? [])
          weight?.subarray(0, parameters / 2).set(gradient?.subarray(0, parameters / 2) ?? [])
        }
      }
    },
    dispose() {
      session.dispose()
    },
  }
}
