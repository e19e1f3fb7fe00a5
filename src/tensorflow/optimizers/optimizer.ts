import type * as TensorFlow from '@tensorflow/tfjs'
import type { BindingAttribute } from '../backend.ts'
import type { GraphBuilder, Ref } from '../graph.ts'

/**
 * One optimizer: what it remembers of each weight, its numbers of each step, and its update twice, in TensorFlow's fused
 * kernels and in plain tfjs. Both give the same weights to float tolerance.
 */
export interface Optimizer {
  readonly name: string
  /** How many arrays of a weight's own shape it keeps for each weight; they start as zeros. */
  readonly slots: number
  /** Its hyperparameters at a step, the first step being 1: computed in float64, handed on as float32. */
  scalars(step: number): readonly number[]
  /** What becomes of all gradients of a step before any weight is updated, in plain tfjs; nothing if it isn't there. */
  adjust?(tf: typeof TensorFlow, gradients: readonly TensorFlow.Tensor[]): readonly TensorFlow.Tensor[]
  /** Updates the variable and its slots in place, as part of a graph or at once: `kernels` knows which. */
  update<Value>(kernels: Kernels<Value>, target: UpdateTarget<Value>): void
  /**
   * Adds `update` to a graph as one kernel of swath's own (native/ops.cc), which also takes bfloat16 gradients and keeps
   * the bfloat16 copy of the weight. It works on values, not on variables: the caller assigns what it returns. The kernel
   * computes in the memory of its inputs, so nothing may read them after it.
   */
  updateInOnePass?(graph: GraphBuilder, target: OnePassTarget): WeightValues
  /** The weight and the slots after this step; runs inside `tf.tidy`. */
  updatePlainly(target: PlainTarget): PlainUpdate
}

/** An optimizer that has a kernel of swath's own. */
export type OnePassOptimizer = Optimizer & Required<Pick<Optimizer, 'updateInOnePass'>>

/** TensorFlow's kernels. All values are float32. */
export interface Kernels<Value> {
  number(value: number): Value
  /** A kernel with one output. */
  compute(op: string, inputs: readonly Value[], attributes: readonly BindingAttribute[]): Value
  /**
   * A kernel that changes a variable; after all that were applied before it. Whatever needs the old weight has to be
   * computed before the first.
   */
  apply(op: string, inputs: readonly Value[], attributes: readonly BindingAttribute[]): void
}

interface UpdateTarget<Value> {
  /** Handle of the weight's resource variable. */
  readonly variable: Value
  /** The weight before this step. */
  readonly value: Value
  /** Handles of the slots' resource variables. */
  readonly slots: readonly Value[]
  readonly gradient: Value
  readonly scalars: readonly Value[]
}

export interface OnePassTarget extends WeightValues {
  /** float32, or bfloat16 where there is a copy. */
  readonly gradient: { readonly ref: Ref; readonly dtype: number }
  readonly scalars: readonly Ref[]
  /** Nothing may be updated before these have run. */
  readonly after: readonly Ref[]
}

/** A weight, its slots and its bfloat16 copy, if it has one, as values in a graph. */
export interface WeightValues {
  readonly value: Ref
  readonly slots: readonly Ref[]
  readonly copy: Ref | undefined
}

interface PlainTarget {
  readonly value: TensorFlow.Tensor
  readonly slots: readonly TensorFlow.Tensor[]
  readonly gradient: TensorFlow.Tensor
  readonly scalars: readonly number[]
}

interface PlainUpdate {
  readonly value: TensorFlow.Tensor
  readonly slots: readonly TensorFlow.Tensor[]
}
