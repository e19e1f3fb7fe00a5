import type * as TensorFlow from '@tensorflow/tfjs'

import { emit } from '../../../src/tensorflow/emit.ts'
import { GraphBuilder } from '../../../src/tensorflow/graph.ts'
import type { Program } from '../../../src/tensorflow/program.ts'
import { record } from '../../../src/tensorflow/record.ts'
import { Session } from '../../../src/tensorflow/session.ts'
import { native, tf } from '../native.ts'

/** Declared for three inputs; a program of one ignores the others. */
export type Run = (x: TensorFlow.Tensor, y: TensorFlow.Tensor, z: TensorFlow.Tensor) => TensorFlow.Tensor
export type Tensors = readonly TensorFlow.Tensor[]

export function recordProgram(inputs: Tensors, run: Run): Program {
  const backend = native()
  const ids = backend.getInputTensorIds(inputs)
  const { recording, result } = record(backend, ids, () =>
    tf.tidy(() => backend.getInputTensorIds([run(...(inputs as Parameters<Run>))])),
  )
  return {
    ...recording,
    inputs: inputs.map(({ shape }, i) => ({ id: ids[i] ?? -1, shape, dtype: 1 })),
    results: result,
  }
}

/** Runs a program as a graph; returns the values of its first result. */
export function compute(program: Program, inputs: Tensors): number[] {
  const graph = new GraphBuilder()
  const placeholders = inputs.map(({ shape }, i) => graph.placeholder(`input${i}`, 1, shape))
  const refs = new Map(program.inputs.map(({ id }, i) => [id, placeholders[i] ?? '']))
  const results = emit(graph, program, refs, undefined)
  const session = new Session(native(), graph.nodes)
  try {
    const feeds = new Map(placeholders.map((name, i) => [name, inputs[i] as TensorFlow.Tensor]))
    return Array.from(session.run(feeds, results)[0] ?? [])
  } finally {
    session.dispose()
  }
}

export const random = (...shape: number[]): TensorFlow.Tensor =>
  tf.randomUniform(shape, -1, 1, 'float32', shape.length + 7)
