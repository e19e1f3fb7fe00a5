import type * as TensorFlow from '@tensorflow/tfjs'

/**
 * What is used of tfjs-node's insides: `NodeJSKernelBackend` and its native binding (version 4.22, the last one;
 * package.json pins it). Tensors of the binding are numbers that are never used twice.
 */
export interface Binding {
  createTensor(shape: readonly number[], dtype: number, values: BindingValues): number
  deleteTensor(id: number): void
  tensorDataSync(id: number): TensorFlow.TypedArray
  executeOp(op: string, attributes: readonly BindingAttribute[], inputs: readonly number[], outputs: number): Output[]
  getNumOfSavedModels(): number
}

export type BindingValues = TensorFlow.TypedArray | readonly Uint8Array[]

export interface BindingAttribute {
  readonly name: string
  /** One of {@link attributeTypes}. */
  readonly type: number
  readonly value: unknown
}

interface Output {
  readonly id: number
  readonly shape: readonly number[]
  readonly dtype: number
}

export interface NodeBackend {
  binding: Binding
  getInputTensorIds(tensors: readonly TensorFlow.TensorInfo[]): number[]
  executeSingleOutput(
    op: string,
    attributes: readonly BindingAttribute[],
    inputs: readonly TensorFlow.Tensor[],
  ): TensorFlow.Tensor
  executeMultipleOutputs(
    op: string,
    attributes: readonly BindingAttribute[],
    inputs: readonly TensorFlow.Tensor[],
    outputs: number,
  ): TensorFlow.Tensor[]
  loadSavedModelMetaGraph(folder: string, tags: string): number
  deleteSavedModel(id: number): void
  runSavedModel(
    id: number,
    inputs: readonly TensorFlow.Tensor[],
    inputNames: readonly { readonly name: string }[],
    outputNames: readonly string[],
  ): TensorFlow.Tensor[]
}

/** TF_AttrType of TensorFlow's C API. */
export const attributeTypes = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const

/** DataType of TensorFlow's protobufs, the ones that occur here. */
export const dataTypes = {
  float32: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
  uint64: 23,
} as const

/** The native backend, or undefined when tfjs runs on another one. */
export function nodeBackend(tf: typeof TensorFlow): NodeBackend | undefined {
  return tf.getBackend() === 'tensorflow' ? (tf.backend() as unknown as NodeBackend) : undefined
}
