import type { Rule } from './rule.ts'

/** `ExpandDims` → `Reshape`: shapes are static, and tfjs leaves out the types that a graph has to have. */
export const expandDims: Rule = (op, view) => {
  const [input] = op.inputs
  const [output] = op.outputs
  if (op.op !== 'ExpandDims' || input === undefined || output === undefined) return undefined
  return view.reshape(input, output.shape)
}
