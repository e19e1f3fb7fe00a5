import { text, type } from '../graph.ts'
import { attributeOf, isFloat, type ProgramView, type Rule } from './rule.ts'

/** `Add` of a vector to the last axis → `BiasAdd`. */
export const biasAdd: Rule = (op, view) => {
  if (op.op !== 'Add' && op.op !== 'AddV2') return undefined
  const [value, bias] = op.inputs.map((id) => view.tensor(id))
  const [output] = op.outputs
  if (!value || !bias || !isFloat(output) || !isFloat(value) || !isFloat(bias)) return undefined
  const width = value.shape.at(-1)
  if (value.shape.length < 2 || bias.shape.length !== 1 || bias.shape[0] !== width || width === 1) return undefined

  const rows = asRows(value.id, view)
  const shape = view.tensor(rows)?.shape ?? value.shape
  const sum = view.add('BiasAdd', [rows, bias.id], attributes(value.dtype), { shape, dtype: value.dtype })
  return view.reshape(sum, output.shape)
}

/** `Sum` over all axes but the last → `BiasAddGrad`. */
export const biasAddGradient: Rule = (op, view) => {
  if (op.op !== 'Sum' || attributeOf(op, 'keep_dims') !== false) return undefined
  const value = view.tensor(op.inputs[0])
  const axes = view.constant(op.inputs[1])
  if (!isFloat(value) || axes === undefined || value.shape.length < 2) return undefined
  const others = value.shape.slice(0, -1)
  if (axes.length !== others.length || !others.every((_, axis) => axes.includes(axis))) return undefined

  const shape = value.shape.slice(-1)
  return view.add('BiasAddGrad', [asRows(op.inputs[0] ?? 0, view)], attributes(value.dtype), {
    shape,
    dtype: value.dtype,
  })
}

/** The tensor as a matrix, if only a reshape has hidden that it is one: then its product and its bias can be fused. */
function asRows(id: number, view: ProgramView): number {
  const width = view.tensor(id)?.shape.at(-1)
  const before = view.tensor(view.producer(id, 'Reshape')?.inputs[0])
  return before?.shape.length === 2 && before.shape[1] === width ? before.id : id
}

function attributes(dtype: number) {
  return [type('T', dtype), text('data_format', 'NHWC')]
}
