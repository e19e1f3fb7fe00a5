import { attributeOf, type Rule } from './rule.ts'

/** A cast to the type that the tensor has already. */
export const needlessCast: Rule = (op) =>
  op.op === 'Cast' && attributeOf(op, 'SrcT') === attributeOf(op, 'DstT') ? op.inputs[0] : undefined

/** A reshape of a reshape, or to the same shape: tfjs's dense layer goes through rank 3 and back. */
export const needlessReshape: Rule = (op, view) => {
  const [input] = op.inputs
  const [output] = op.outputs
  if (op.op !== 'Reshape' || input === undefined || output === undefined) return undefined
  return view.reshape(input, output.shape)
}
