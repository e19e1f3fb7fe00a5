import { bool, type } from '../graph.ts'
import { attributeOf, type Rule } from './rule.ts'

/** A batched product of a single matrix each: `BatchMatMulV2` → `MatMul`, which TensorFlow can fuse with its bias. */
export const matMul: Rule = (op, view) => {
  if (op.op !== 'BatchMatMulV2') return undefined
  const [a, b] = op.inputs.map((id) => view.tensor(id))
  const [output] = op.outputs
  if (a === undefined || b === undefined || output === undefined) return undefined
  if (![a, b].every(({ shape }) => shape.slice(0, -2).every((size) => size === 1))) return undefined

  const product = view.add(
    'MatMul',
    [view.reshape(a.id, a.shape.slice(-2)), view.reshape(b.id, b.shape.slice(-2))],
    [
      type('T', output.dtype),
      bool('transpose_a', attributeOf(op, 'adj_x') === true),
      bool('transpose_b', attributeOf(op, 'adj_y') === true),
    ],
    { shape: output.shape.slice(-2), dtype: output.dtype },
  )
  return view.reshape(product, output.shape)
}
