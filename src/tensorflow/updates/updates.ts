import type * as TensorFlow from '@tensorflow/tfjs'

/** An optimizer at work on tfjs variables, one step at a time; it keeps their slots. */
export interface Updates {
  /** @param step its number, the first being 1 */
  apply(step: number, targets: readonly UpdatedVariable[]): void
  /** The slots as new tensors: all of the first variable, then all of the second. */
  read(variables: readonly TensorFlow.Variable[]): TensorFlow.Tensor[]
  /** Takes a copy of the slots, in the order in which they are read. */
  write(variables: readonly TensorFlow.Variable[], slots: readonly TensorFlow.Tensor[]): void
  dispose(): void
}

export interface UpdatedVariable {
  readonly variable: TensorFlow.Variable
  readonly gradient: TensorFlow.Tensor
}
