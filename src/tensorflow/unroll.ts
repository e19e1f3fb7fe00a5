import { dataTypes } from './backend.ts'
import { isInteger } from './columns.ts'
import { emit } from './emit.ts'
import { GraphKernels } from './graph-kernels.ts'
import { dimensions, int, text, type, type GraphBuilder, type Ref } from './graph.ts'
import { item } from './item.ts'
import type { OnePassTarget, Optimizer } from './optimizers/optimizer.ts'
import type { RecordedStep } from './record-step.ts'
import type { FileColumn } from './training-step.ts'

/** Names to feed and to fetch for a number of steps in one call. */
export interface UnrolledSteps {
  readonly steps: number
  readonly batchSize: number
  readonly measures: readonly string[]
  /** int32 `[steps × batch]`: the examples' rows. */
  readonly rows: Ref
  /** float32 `[steps × scalars]`: the optimizer's numbers; undefined where nothing is trained. */
  readonly scalars: Ref | undefined
  /** int32 `[steps × 2]`: 0 and the step's number; undefined where nothing is random. */
  readonly counters: Ref | undefined
  /** float32 `[steps × measures]`. */
  readonly output: Ref
}

/** Where the graph keeps what outlives a call. */
export interface GraphState {
  /** Handles of the mapped tables. */
  readonly columns: ReadonlyMap<string, Ref>
  /** Handles of the variables, as in `model.weights`. */
  readonly weights: readonly Ref[]
  /** Handles of each weight's slots. */
  readonly slots: readonly (readonly Ref[])[]
  /** Handles of the bfloat16 copies of weights, by the weight's position. */
  readonly copies: ReadonlyMap<number, Ref>
}

const { bfloat16, float32, int32, uint64 } = dataTypes

/**
 * Maps a column's file into a variable. An `ImmutableConst` that is read directly maps its file anew in every call,
 * which cost 0.3 ms a call in page faults; as a variable's value it is mapped once.
 */
export function emitColumn(graph: GraphBuilder, name: string, column: FileColumn): { handle: Ref; mapped: Ref } {
  const dtype = type('dtype', dataTypes[column.dtype])
  const shape = dimensions('shape', column.shape)
  const handle = graph.node('VarHandleOp', [], [dtype, shape, text('shared_name', `column_${name}`)])
  const file = graph.node('ImmutableConst', [], [dtype, shape, text('memory_region_name', column.path)])
  return { handle, mapped: graph.node('AssignVariableOp', [handle, file], [dtype]) }
}

/**
 * Adds `steps` repetitions of a recorded step, one after the other: a step reads the weights once the step before has
 * written them all, and writes them once all that it computes is done, so that no kernel has to copy a weight that
 * somebody still reads.
 */
export function unroll(
  graph: GraphBuilder,
  state: GraphState,
  recorded: RecordedStep,
  options: {
    readonly steps: number
    readonly optimizer: Optimizer
    readonly columns: Readonly<Record<string, FileColumn>>
    readonly seed: number
  },
): UnrolledSteps {
  const { steps, optimizer } = options
  const { batchSize } = recorded
  const label = `${recorded.trained.length > 0 ? 'train' : 'evaluate'}_${steps}x${batchSize}`
  const rows = graph.placeholder(`${label}_rows`, int32, [steps * batchSize])
  const rowsOf = split(graph, rows, int32, steps)

  const scalarCount = recorded.trained.length > 0 ? optimizer.scalars(1).length : 0
  const scalars = scalarCount > 0 ? graph.placeholder(`${label}_scalars`, float32, [steps * scalarCount]) : undefined
  const scalarOf = scalars === undefined ? [] : unpack(graph, scalars, float32, steps * scalarCount)

  const counters = recorded.random.length > 0 ? graph.placeholder(`${label}_counters`, int32, [steps * 2]) : undefined
  const counterOf = counters === undefined ? [] : split(graph, cast(graph, counters, int32, uint64), uint64, steps)

  const measured: Ref[] = []
  let done: Ref[] = []
  for (let step = 0; step < steps; step++) {
    const inputs = new Map<number, Ref>()
    for (const [name, id] of recorded.columns) {
      inputs.set(id, gather(graph, state.columns.get(name), rowsOf[step], options.columns[name], done))
    }
    recorded.weights.forEach((id, i) => {
      inputs.set(id, graph.node('ReadVariableOp', [item(state.weights, i)], [type('dtype', float32)], done))
    })
    for (const [weight, id] of recorded.copies) {
      inputs.set(id, graph.node('ReadVariableOp', [copyOf(state, weight)], [type('dtype', bfloat16)], done))
    }
    const random = { constants: recorded.random, seed: options.seed, counter: counterOf[step] ?? '' }
    const results = emit(graph, recorded.program, inputs, counters === undefined ? undefined : random)
    measured.push(...results.slice(0, recorded.measures.length))

    const computed = [graph.node('NoOp', [], [], results)]
    const gradients = results.slice(recorded.measures.length)
    const updates = recorded.trained.map((weight, i) => {
      const result = item(recorded.program.results, recorded.measures.length + i)
      return update(graph, optimizer, {
        variable: item(state.weights, weight),
        value: inputs.get(item(recorded.weights, weight)) ?? '',
        slots: item(state.slots, weight),
        gradient: { ref: item(gradients, i), dtype: recorded.halfResults.has(result) ? bfloat16 : float32 },
        copy: state.copies.get(weight),
        scalars: scalarOf.slice(step * scalarCount, (step + 1) * scalarCount),
        after: computed,
      })
    })
    recorded.assigned.forEach((weight, i) => {
      const value = item(gradients, recorded.trained.length + i)
      updates.push(
        graph.node('AssignVariableOp', [item(state.weights, weight), value], [type('dtype', float32)], computed),
      )
    })
    done = [graph.node('NoOp', [], [], updates.length > 0 ? updates : computed)]
  }

  const packed = graph.node('Pack', measured, [int('N', measured.length), type('T', float32), int('axis', 0)])
  const output = graph.node('Identity', [packed], [type('T', float32)], done)
  return { steps, batchSize, measures: recorded.measures, rows, scalars, counters, output }
}

/** One weight's update; for an optimizer without a kernel of swath's own the copy is kept around it. */
function update(graph: GraphBuilder, optimizer: Optimizer, target: OnePassTarget): Ref {
  if (optimizer.updateInOnePass !== undefined) return optimizer.updateInOnePass(graph, target)
  const { variable, copy, after } = target
  const { ref, dtype } = target.gradient
  const kernels = new GraphKernels(graph, after)
  optimizer.update(kernels, { ...target, gradient: dtype === float32 ? ref : cast(graph, ref, dtype, float32) })
  const updated = graph.node('NoOp', [], [], kernels.last)
  if (copy === undefined) return updated
  const value = graph.node('ReadVariableOp', [variable], [type('dtype', float32)], [updated])
  return graph.node('AssignVariableOp', [copy, cast(graph, value, float32, bfloat16)], [type('dtype', bfloat16)])
}

function copyOf(state: GraphState, weight: number): Ref {
  const handle = state.copies.get(weight)
  if (handle === undefined) throw new Error(`weight ${weight} has no bfloat16 copy`)
  return handle
}

/** Rows of a mapped column as the model takes them. */
function gather(
  graph: GraphBuilder,
  table: Ref | undefined,
  rows: Ref | undefined,
  column: FileColumn | undefined,
  after: readonly Ref[],
): Ref {
  if (table === undefined || rows === undefined || column === undefined) throw new Error('a batch names no column')
  const dtype = dataTypes[column.dtype]
  const attributes = [type('Tparams', dtype), type('Tindices', int32), type('Taxis', int32), int('batch_dims', 0)]
  const values = graph.node('ReadVariableOp', [table], [type('dtype', dtype)], after)
  if (column.dtype === 'uint8') {
    const { multiply, add } = column.scale ?? { multiply: 1, add: 0 }
    return graph.node('SwathRows', [values, rows, graph.float(multiply), graph.float(add)], [type('T', float32)])
  }
  const gathered = graph.node('GatherV2', [values, rows, graph.int(0)], attributes)
  if (isInteger(column)) return gathered
  const floats = column.dtype === 'float32' ? gathered : cast(graph, gathered, dtype, float32)
  if (column.scale === undefined) return floats
  const float = [type('T', float32)]
  const scaled = graph.node('Mul', [floats, graph.float(column.scale.multiply)], float)
  return graph.node('AddV2', [scaled, graph.float(column.scale.add)], float)
}

function cast(graph: GraphBuilder, value: Ref, from: number, to: number): Ref {
  return graph.node('Cast', [value], [type('SrcT', from), type('DstT', to)])
}

function split(graph: GraphBuilder, value: Ref, dtype: number, parts: number): Ref[] {
  if (parts === 1) return [value]
  const node = graph.node('Split', [graph.int(0), value], [int('num_split', parts), type('T', dtype)])
  return outputs(node, parts)
}

function unpack(graph: GraphBuilder, value: Ref, dtype: number, parts: number): Ref[] {
  return outputs(graph.node('Unpack', [value], [int('num', parts), type('T', dtype), int('axis', 0)]), parts)
}

function outputs(node: Ref, count: number): Ref[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? node : `${node}:${i}`))
}
