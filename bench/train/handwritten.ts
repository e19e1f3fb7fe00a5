import type * as TensorFlow from '@tensorflow/tfjs'
import { imageColumns } from '../../src/datasets/columns.ts'
import type { DatasetFiles } from '../../src/programs/program.ts'
import { dataTypes, nodeBackend } from '../../src/tensorflow/backend.ts'
import { bool, dimensions, GraphBuilder, int, text, type, type Ref } from '../../src/tensorflow/graph.ts'
import { adam } from '../../src/tensorflow/optimizers/adam.ts'
import type { WeightValues } from '../../src/tensorflow/optimizers/optimizer.ts'
import { Session } from '../../src/tensorflow/session.ts'
import { emitColumn } from '../../src/tensorflow/unroll.ts'
import type { Request } from './protocol.ts'

const { float32, int32 } = dataTypes
const T = type('T', float32)
const unrolled = 32

/** The graph that one would write by hand for a dense network with one hidden layer: what recording costs is the rest. */
export function handwritten(tf: typeof TensorFlow, dataset: DatasetFiles, { model, batch }: Request) {
  const backend = nodeBackend(tf)
  if (backend === undefined) throw new Error('no TensorFlow')
  const hidden = Number(model)
  const graph = new GraphBuilder()
  const columns = imageColumns(dataset)
  const [images, labels] = [emitColumn(graph, 'x', columns.x), emitColumn(graph, 'y', columns.y)]

  const feeds = new Map<Ref, TensorFlow.Tensor>()
  const written: Ref[] = [images.mapped, labels.mapped]
  const variable = (name: string, shape: number[], deviation: number) => {
    const attributes = [type('dtype', float32), dimensions('shape', shape), text('shared_name', name)]
    const handle = graph.node('VarHandleOp', [], attributes)
    const input = graph.placeholder(`${name}_input`, float32, shape)
    const copy = graph.node('DeepCopy', [input], [T])
    written.push(graph.node('AssignVariableOp', [handle, copy], [type('dtype', float32)]))
    feeds.set(input, tf.randomNormal(shape, 0, deviation))
    return handle
  }
  const weight = (name: string, shape: number[], deviation: number) => ({
    handle: variable(name, shape, deviation),
    slots: [variable(`${name}_m`, shape, 0), variable(`${name}_v`, shape, 0)],
  })
  const weights = [
    weight('w1', [784, hidden], 0.03),
    weight('b1', [hidden], 0),
    weight('w2', [hidden, 10], 0.03),
    weight('b2', [10], 0),
  ] as const

  const rowsInput = graph.placeholder('rows', int32, [unrolled * batch])
  const rows = graph.node('Split', [graph.int(0), rowsInput], [int('num_split', unrolled), type('T', int32)])
  const optimizer = adam({ learningRate: 1e-3 })
  const [rate, epsilon] = optimizer.scalars(1000)
  const scalars = [graph.float(rate ?? 0), graph.float(epsilon ?? 0)]
  let done: Ref[] = []
  let values: WeightValues[] = []
  const losses: Ref[] = []
  for (let step = 0; step < unrolled; step++) {
    const own = step === 0 ? rows : `${rows}:${step}`
    const read = (handle: Ref, dtype: number = float32) =>
      graph.node('ReadVariableOp', [handle], [type('dtype', dtype)], done)
    const product = (a: Ref, b: Ref, ta = false, tb = false) =>
      graph.node('MatMul', [a, b], [T, bool('transpose_a', ta), bool('transpose_b', tb)])
    const { multiply, add } = columns.x.scale
    const pixels = read(images.handle, dataTypes.uint8)
    const x = graph.node('SwathRows', [pixels, own, graph.float(multiply), graph.float(add)], [T])
    const taxis = [type('Tparams', int32), type('Tindices', int32), type('Taxis', int32), int('batch_dims', 0)]
    const y = graph.node('GatherV2', [read(labels.handle, int32), own, graph.int(0)], taxis)
    if (step === 0) {
      values = weights.map(({ handle, slots }) => ({
        ...{ value: read(handle), slots: slots.map((slot) => read(slot)), copy: undefined },
      }))
    }
    const [w1 = '', b1 = '', w2 = '', b2 = ''] = values.map(({ value }) => value)
    const biased = (value: Ref, bias: Ref) => graph.node('BiasAdd', [value, bias], [T, text('data_format', 'NHWC')])
    const h = graph.node('Relu', [biased(product(x, w1), b1)], [T])
    const logits = biased(product(h, w2), b2)
    const loss = graph.node('SparseSoftmaxCrossEntropyWithLogits', [logits, y], [T, type('Tlabels', int32)])
    losses.push(graph.node('Mean', [loss, graph.ints([0])], [T, type('Tidx', int32), bool('keep_dims', false)]))
    const dlogits = graph.node('Mul', [`${loss}:1`, graph.float(1 / batch)], [T])
    const biasGradient = (value: Ref) => graph.node('BiasAddGrad', [value], [T, text('data_format', 'NHWC')])
    const dh = graph.node('ReluGrad', [product(dlogits, w2, false, true), h], [T])
    const gradients = [product(x, dh, true), biasGradient(dh), product(h, dlogits, true), biasGradient(dlogits)]
    const after = [graph.node('NoOp', [], [], [...gradients, losses.at(-1) ?? ''])]
    values = values.map((each, i) =>
      optimizer.updateInOnePass(graph, {
        ...{ ...each, scalars, after },
        gradient: { ref: gradients[i] ?? '', dtype: float32 },
      }),
    )
    done = [
      graph.node(
        'NoOp',
        [],
        [],
        values.map(({ value }) => value),
      ),
    ]
  }
  const assigned = weights.flatMap(({ handle, slots }, i) =>
    [handle, ...slots].map((variable, k) => {
      const updated = [values[i]?.value, ...(values[i]?.slots ?? [])][k] ?? ''
      return graph.node('AssignVariableOp', [variable, updated], [type('dtype', float32)])
    }),
  )
  const packed = graph.node('Pack', losses, [int('N', unrolled), T, int('axis', 0)])
  const output = graph.node('Identity', [packed], [T], [...done, ...assigned])
  const start = graph.node('Identity', [graph.int(0)], [type('T', int32)], written)
  const session = new Session(backend, graph.nodes)
  session.run(feeds, [start])
  tf.dispose([...feeds.values()])
  let next = 0
  return {
    train(steps: number) {
      for (let left = steps; left > 0; left -= unrolled) {
        const numbers = Int32Array.from({ length: unrolled * batch }, () => (next = (next + 7919) % 60_000))
        const tensor = tf.tensor1d(numbers, 'int32')
        session.run(new Map([[rowsInput, tensor]]), [output])
        tensor.dispose()
      }
    },
    dispose() {
      session.dispose()
    },
  }
}
