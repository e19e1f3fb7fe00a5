import { dataTypes } from './backend.ts'
import { type } from './graph.ts'
import { prune, type Program } from './program.ts'
import type { RecordedOp, RecordedTensor } from './record.ts'

/** A program whose large matrix products are done in bfloat16, and what it asks of the weights for that. */
interface HalfProgram {
  readonly program: Program
  /** Weights whose bfloat16 copy the program reads: the copy's id, a new input, by the weight's id. */
  readonly copies: ReadonlyMap<number, number>
  /** Ids of results that are bfloat16 now. */
  readonly halfResults: ReadonlySet<number>
}

const { bfloat16, float32 } = dataTypes

/** Below so many multiplications a product's casts cost more than it gains (a batch of 16 through 784-128 is 1.6 M). */
const leastProduct = 1_500_000

/**
 * Rewrites float32 products to bfloat16 ones: their factors are cast once each, their results back to float32, where all
 * else is computed (Micikevicius et al., 2018: the weights themselves and their sums stay float32). A weight is not cast
 * but read from a copy that the optimizer keeps, and its gradient is handed over as the product gave it.
 *
 * @param weights ids of the inputs that are trained weights
 * @param gradients ids of their gradients, in the same order
 */
export function toBfloat16(program: Program, weights: readonly number[], gradients: readonly number[]): HalfProgram {
  const ops: RecordedOp[] = []
  const copies = new Map<number, number>()
  const copyInputs: RecordedTensor[] = []
  const halves = new Map<number, number>()
  const products = new Map<number, number>()
  const tensors = new Map<number, RecordedTensor>(program.constants)
  for (const tensor of [...program.inputs, ...program.ops.flatMap(({ outputs }) => outputs)])
    tensors.set(tensor.id, tensor)
  let lastId = Math.min(0, ...tensors.keys())

  const halved = (id: number): number => {
    const known = halves.get(id)
    if (known !== undefined) return known
    const half: RecordedTensor = { id: --lastId, shape: tensors.get(id)?.shape ?? [], dtype: bfloat16 }
    halves.set(id, half.id)
    if (weights.includes(id)) {
      copies.set(id, half.id)
      copyInputs.push(half)
    } else {
      ops.push(cast(id, float32, half))
    }
    return half.id
  }

  for (const op of program.ops) {
    const [output] = op.outputs
    if (output === undefined || !isWorthwhile(op, output, tensors)) {
      ops.push(op)
      continue
    }
    const product: RecordedTensor = { ...output, id: --lastId, dtype: bfloat16 }
    const attributes = [...op.attributes.filter(({ name }) => name !== 'T'), type('T', bfloat16)]
    const inputs = op.inputs.map(halved)
    ops.push({ ...op, inputs, attributes, outputs: [product] }, cast(product.id, bfloat16, output))
    products.set(output.id, product.id)
  }
  const results = program.results.map((id) => {
    const weight = weights[gradients.indexOf(id)]
    return weight !== undefined && copies.has(weight) ? (products.get(id) ?? id) : id
  })
  return {
    program: prune({ ...program, ops, results, inputs: [...program.inputs, ...copyInputs] }),
    copies,
    halfResults: new Set(results.filter((id, i) => id !== program.results[i])),
  }
}

function isWorthwhile(op: RecordedOp, output: RecordedTensor, tensors: ReadonlyMap<number, RecordedTensor>): boolean {
  if (op.op !== 'MatMul' || output.dtype !== float32) return false
  const elements = (shape: readonly number[] | undefined) => (shape ?? []).reduce((size, length) => size * length, 1)
  const [a, b] = op.inputs.map((id) => elements(tensors.get(id)?.shape))
  // m·k · k·n · m·n is the square of m·k·n.
  return Math.sqrt((a ?? 0) * (b ?? 0) * elements(output.shape)) >= leastProduct
}

function cast(input: number, from: number, output: RecordedTensor): RecordedOp {
  return {
    op: 'Cast',
    attributes: [type('SrcT', from), type('DstT', output.dtype)],
    inputs: [input],
    outputs: [output],
  }
}
