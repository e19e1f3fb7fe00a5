import { dataTypes } from '../backend.ts'
import { type } from '../graph.ts'
import { prune, type Program } from '../program.ts'
import type { RecordedConstant, RecordedOp, RecordedTensor } from '../record.ts'
import { activationGradient } from './activation-gradient.ts'
import { biasAdd, biasAddGradient } from './bias-add.ts'
import { expandDims } from './expand-dims.ts'
import { matMul } from './mat-mul.ts'
import { meanType } from './mean-type.ts'
import { needlessCast, needlessReshape } from './needless.ts'
import { sameShape, type ProgramView, type Rule } from './rule.ts'

/** All rules, in the order in which they are tried. */
export const rules: readonly Rule[] = [
  needlessCast,
  expandDims,
  needlessReshape,
  matMul,
  meanType,
  biasAdd,
  biasAddGradient,
  activationGradient,
]

/** Applies the rules to each op once, in the program's order, and drops what nobody needs any more. */
export function rewrite(program: Program, applied: readonly Rule[] = rules): Program {
  const ops: RecordedOp[] = []
  const producers = new Map<number, RecordedOp>()
  const constants = new Map<number, RecordedConstant>(program.constants)
  const tensors = new Map<number, RecordedTensor>(constants)
  for (const input of program.inputs) tensors.set(input.id, input)
  const replaced = new Map<number, number>()
  const current = (id: number): number => replaced.get(id) ?? id
  // Recorded ids are not negative; those of new tensors are.
  let lastId = program.ops.flatMap(({ outputs }) => outputs).reduce((lowest, { id }) => Math.min(lowest, id), 0)

  const emit = (op: RecordedOp): void => {
    ops.push(op)
    for (const output of op.outputs) {
      producers.set(output.id, op)
      tensors.set(output.id, output)
    }
  }
  const constantInts = (values: readonly number[]): number => {
    const constant = { id: --lastId, shape: [values.length], dtype: dataTypes.int32, values: Int32Array.from(values) }
    constants.set(constant.id, constant)
    tensors.set(constant.id, constant)
    return constant.id
  }

  const view: ProgramView = {
    tensor: (id) => (id === undefined ? undefined : tensors.get(id)),
    producer(id, name) {
      const op = id === undefined ? undefined : producers.get(id)
      return op?.op === name ? op : undefined
    },
    consumer: (id, name) => ops.find((op) => op.op === name && op.inputs.includes(id)),
    constant(id) {
      const values = id === undefined ? undefined : constants.get(id)?.values
      return values === undefined ? undefined : Array.from(values as ArrayLike<number>)
    },
    add(op, inputs, attributes, { shape, dtype }) {
      const id = --lastId
      emit({ op, inputs, attributes, outputs: [{ id, shape, dtype }] })
      return id
    },
    reshape(id, shape) {
      const tensor = tensors.get(id)
      if (tensor === undefined) throw new Error(`no tensor ${id} in the program`)
      if (sameShape(tensor.shape, shape)) return id
      const before = view.producer(id, 'Reshape')?.inputs[0]
      if (before !== undefined) return view.reshape(before, shape)
      const attributes = [type('T', tensor.dtype), type('Tshape', dataTypes.int32)]
      return view.add('Reshape', [id, constantInts(shape)], attributes, { shape, dtype: tensor.dtype })
    },
  }

  for (const recorded of program.ops) {
    const op = { ...recorded, inputs: recorded.inputs.map(current) }
    const output = op.outputs[0]
    const replacement = output && op.outputs.length === 1 ? firstMatch(applied, op, view) : undefined
    if (output && replacement !== undefined) replaced.set(output.id, replacement)
    else emit(op)
  }
  return prune({ ...program, ops, constants, results: program.results.map(current) })
}

function firstMatch(applied: readonly Rule[], op: RecordedOp, view: ProgramView): number | undefined {
  for (const rule of applied) {
    const replacement = rule(op, view)
    if (replacement !== undefined) return replacement
  }
  return undefined
}
