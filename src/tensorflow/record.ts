import type { Binding, BindingAttribute, BindingValues, NodeBackend } from './backend.ts'

/** A tensor of a record: static shape, TensorFlow's number of its type. */
export interface RecordedTensor {
  readonly id: number
  readonly shape: readonly number[]
  readonly dtype: number
}

export interface RecordedOp {
  readonly op: string
  readonly attributes: readonly BindingAttribute[]
  readonly inputs: readonly number[]
  readonly outputs: readonly RecordedTensor[]
}

export interface RecordedConstant extends RecordedTensor {
  /** A copy: tfjs hands over arrays that it may fill again. */
  readonly values: BindingValues
}

/** Everything that tfjs asked of TensorFlow while a function ran, in order: a graph with static shapes. */
export interface Recording {
  readonly ops: readonly RecordedOp[]
  readonly constants: ReadonlyMap<number, RecordedConstant>
}

/** A model that can't be trained as a graph, and why; the caller trains it op by op. */
export class NotRecordableError extends Error {
  override readonly name = 'NotRecordableError'
  readonly reason: 'reads-values' | 'randomness' | 'control-flow' | 'strings' | 'refused'

  constructor(reason: NotRecordableError['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

/**
 * Runs `run` once with a delegating object in the place of the backend's binding. The ops are really executed, so
 * every output has its true shape. (The binding's own properties are read-only and hidden, so it is neither a Proxy nor a
 * copy.)
 * `inputs` are the native ids that may differ from step to step: weights and batch. Whoever reads a value that depends
 * on one of them could branch on it, so that is refused.
 *
 * @throws NotRecordableError
 */
export function record<T>(
  backend: NodeBackend,
  inputs: Iterable<number>,
  run: () => T,
): { readonly recording: Recording; readonly result: T } {
  const real = backend.binding
  const ops: RecordedOp[] = []
  const constants = new Map<number, RecordedConstant>()
  const varying = new Set(inputs)
  // Thrown at the end: tfjs leaves tensors behind where a gradient is interrupted.
  let refusal: NotRecordableError | undefined

  const delegate: Pick<Binding, 'createTensor' | 'tensorDataSync' | 'executeOp'> = {
    createTensor(shape, dtype, values) {
      if (!ArrayBuffer.isView(values)) {
        refusal ??= new NotRecordableError('strings', 'the model makes tensors of strings')
        return real.createTensor(shape, dtype, values)
      }
      const id = real.createTensor(shape, dtype, values)
      constants.set(id, { id, shape: [...shape], dtype, values: values.slice() })
      return id
    },
    tensorDataSync(id) {
      if (varying.has(id)) {
        refusal ??= new NotRecordableError(
          'reads-values',
          'the model reads values of a tensor in JavaScript while it trains',
        )
      }
      return real.tensorDataSync(id)
    },
    executeOp(op, attributes, opInputs, count) {
      const outputs = real.executeOp(op, attributes, opInputs, count)
      if (opInputs.some((id) => varying.has(id))) for (const output of outputs) varying.add(output.id)
      ops.push({
        op,
        attributes: attributes.map((attribute) => ({ ...attribute })),
        inputs: [...opInputs],
        outputs: outputs.map(({ id, shape, dtype }) => ({ id, shape: [...shape], dtype })),
      })
      return outputs
    },
  }

  backend.binding = Object.create(real, Object.getOwnPropertyDescriptors(delegate)) as Binding
  try {
    const result = run()
    if (refusal !== undefined) throw refusal
    return { result, recording: { ops, constants } }
  } catch (error) {
    // It read values of a batch that is all zeros: what it made of them means nothing.
    throw refusal ?? error
  } finally {
    backend.binding = real
  }
}
