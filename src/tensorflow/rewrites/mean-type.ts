import { type } from '../graph.ts'
import type { Rule } from './rule.ts'

/** tfjs's `mean` of booleans casts them, yet says that it hands over booleans; run op by op TensorFlow ignores that. */
export const meanType: Rule = (op, view) => {
  const dtype = view.tensor(op.inputs[0])?.dtype
  const [output] = op.outputs
  const named = op.attributes.find(({ name }) => name === 'T')?.value
  if (op.op !== 'Mean' || dtype === undefined || output === undefined || dtype === named) return undefined
  const others = op.attributes.filter(({ name }) => name !== 'T')
  return view.add('Mean', op.inputs, [...others, type('T', dtype)], output)
}
