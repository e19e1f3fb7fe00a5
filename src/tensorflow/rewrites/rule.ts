import { dataTypes, type BindingAttribute } from '../backend.ts'
import type { RecordedOp, RecordedTensor } from '../record.ts'

/**
 * Replaces one op by cheaper ones that compute the same, or leaves it (undefined). Returns the id of the tensor that
 * takes the place of the op's only output; whatever new ops that needs are added through `view`.
 */
export type Rule = (op: RecordedOp, view: ProgramView) => number | undefined

/** What a rule sees: the program up to its op, as rewritten so far. */
export interface ProgramView {
  tensor(id: number | undefined): RecordedTensor | undefined
  /** The op that made a tensor, if it has this name. */
  producer(id: number | undefined, name: string): RecordedOp | undefined
  /** An op of this name that reads a tensor. */
  consumer(id: number, name: string): RecordedOp | undefined
  /** Values of a constant. */
  constant(id: number | undefined): readonly number[] | undefined
  /** Adds an op with one output and returns its id. */
  add(op: string, inputs: readonly number[], attributes: readonly BindingAttribute[], output: Shaped): number
  /** Adds a `Reshape`, unless the tensor has this shape already or had it before another reshape. */
  reshape(id: number, shape: readonly number[]): number
}

export interface Shaped {
  readonly shape: readonly number[]
  readonly dtype: number
}

export function attributeOf(op: RecordedOp, name: string): unknown {
  return op.attributes.find((attribute) => attribute.name === name)?.value
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

export function isFloat(tensor: Shaped | undefined): tensor is Shaped {
  return tensor?.dtype === dataTypes.float32
}
