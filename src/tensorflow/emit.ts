import { dataTypes } from './backend.ts'
import { bytesOf, type, type GraphBuilder, type Ref } from './graph.ts'
import type { Program } from './program.ts'
import type { RandomConstant } from './randomness.ts'
import type { RecordedConstant } from './record.ts'

/** Where a program's random numbers come from in one step: from the trial's seed and the step, and nothing else. */
export interface RandomSource {
  readonly constants: readonly RandomConstant[]
  readonly seed: number
  /** The step's number, uint64 `[2]`: its high half counts steps, TensorFlow counts in the low one. */
  readonly counter: Ref
}

/** Adds one run of a program to a graph. `inputs` says which nodes stand for its inputs. Returns its results' nodes. */
export function emit(
  graph: GraphBuilder,
  program: Program,
  inputs: ReadonlyMap<number, Ref>,
  random: RandomSource | undefined,
): Ref[] {
  const refs = new Map(inputs)
  const resolve = (id: number): Ref => {
    const known = refs.get(id)
    if (known !== undefined) return known
    const constant = program.constants.get(id)
    if (constant === undefined) throw new Error(`the record uses tensor ${id}, which nothing in it makes`)
    const ref = emitConstant(graph, constant, random)
    refs.set(id, ref)
    return ref
  }
  for (const op of program.ops) {
    const node = graph.node(op.op, op.inputs.map(resolve), op.attributes)
    op.outputs.forEach(({ id }, i) => refs.set(id, i === 0 ? node : `${node}:${i}`))
  }
  return program.results.map(resolve)
}

function emitConstant(graph: GraphBuilder, constant: RecordedConstant, random: RandomSource | undefined): Ref {
  const site = random?.constants.findIndex(({ id }) => id === constant.id) ?? -1
  const drawn = random?.constants[site]
  if (random !== undefined && drawn !== undefined) return emitRandom(graph, constant.shape, drawn, site, random)
  return graph.constant(constant.dtype, constant.shape, constantBytes(constant))
}

/** Philox is keyed by the trial's seed and by the place in the model, and counts from the step. */
function emitRandom(
  graph: GraphBuilder,
  shape: readonly number[],
  { op, multiply, add }: RandomConstant,
  site: number,
  { seed, counter }: RandomSource,
): Ref {
  const key = (BigInt(seed >>> 0) << 32n) | BigInt(site)
  const philox = 1
  const float = [type('T', dataTypes.float32)]
  const standard = graph.node(
    op,
    [graph.ints(shape), graph.unsignedLong(key), counter, graph.int(philox)],
    [type('dtype', dataTypes.float32), type('Tshape', dataTypes.int32)],
  )
  const scaled = multiply === 1 ? standard : graph.node('Mul', [standard, graph.float(multiply)], float)
  return add === 0 ? scaled : graph.node('AddV2', [scaled, graph.float(add)], float)
}

/** tfjs keeps booleans in a Uint8Array, as TensorFlow does, and numbers in the array of their type. */
function constantBytes({ values }: RecordedConstant): Uint8Array {
  if (!ArrayBuffer.isView(values)) throw new TypeError('expected a typed array')
  return bytesOf(values)
}
