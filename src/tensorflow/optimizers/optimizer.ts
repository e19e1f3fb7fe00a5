import type * as TensorFlow from '@tensorflow/tfjs'
import type { GraphBuilder, Ref } from '../graph.ts'

/**
 * One optimizer: what it remembers of each weight, its numbers of each step, and its update twice, as TensorFlow's fused
 * kernel in a graph and in plain tfjs. Both give the same weights to float tolerance.
 */
export interface Optimizer {
  readonly name: string
  /** How many arrays of a weight's own shape it keeps for each weight; they start as zeros. */
  readonly slots: number
  /** True if `update` also writes the bfloat16 copies of weights and takes bfloat16 gradients; else that is done around it. */
  readonly keepsCopies?: boolean
  /** Its hyperparameters at a step, the first step being 1: computed in float64, fed to the graph as float32. */
  scalars(step: number): readonly number[]
  /** Adds the nodes that update `variable` in place and returns the last of them. */
  update(graph: GraphBuilder, target: UpdateTarget): Ref
  /** The weight and the slots after this step; runs inside `tf.tidy`. */
  updateEagerly(tf: typeof TensorFlow, target: EagerTarget): EagerUpdate
}

export interface UpdateTarget {
  /** Handle of the weight's resource variable. */
  readonly variable: Ref
  /** The weight as this step read it. */
  readonly value: Ref
  readonly slots: readonly Ref[]
  /** float32, or bfloat16 where there is a copy. */
  readonly gradient: { readonly ref: Ref; readonly dtype: number }
  /** Handle of the variable that holds the weight's bfloat16 copy. */
  readonly copy?: Ref | undefined
  readonly scalars: readonly Ref[]
  /** Nothing may be updated before these have run. */
  readonly after: readonly Ref[]
}

interface EagerTarget {
  readonly value: TensorFlow.Tensor
  readonly slots: readonly TensorFlow.Tensor[]
  readonly gradient: TensorFlow.Tensor
  readonly scalars: readonly number[]
}

interface EagerUpdate {
  readonly value: TensorFlow.Tensor
  readonly slots: readonly TensorFlow.Tensor[]
}
