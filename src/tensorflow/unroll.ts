import { dataTypes } from './backend.ts'
import { isInteger } from './columns.ts'
import { emit } from './emit.ts'
import { GraphKernels } from './graph-kernels.ts'
import { dimensions, int, text, type, type GraphBuilder, type Ref } from './graph.ts'
import { item } from './item.ts'
import type { OnePassTarget, Optimizer, WeightValues } from './optimizers/optimizer.ts'
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
 * Adds `steps` repetitions of a recorded step, one after the other. A step reads the weights after the step before has
 * updated them all, and updates them after everything that it computes, so that no kernel has to copy a weight that
 * another one still reads. An optimizer with a kernel of swath's own hands its values from step to step; the last step's
 * are assigned to the variables.
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
  const values = new Map<number, WeightValues>()
  let done: Ref[] = []
  for (let step = 0; step < steps; step++) {
    const inputs = new Map<number, Ref>()
    for (const [name, id] of recorded.columns) {
      inputs.set(id, gather(graph, state.columns.get(name), rowsOf[step], options.columns[name], done))
    }
    recorded.weights.forEach((id, i) => {
      inputs.set(id, values.get(i)?.value ?? read(graph, item(state.weights, i), float32, done))
    })
    for (const [weight, id] of recorded.copies) {
      inputs.set(id, values.get(weight)?.copy ?? read(graph, copyOf(state, weight), bfloat16, done))
    }
    const random = { constants: recorded.random, seed: options.seed, counter: counterOf[step] ?? '' }
    const results = emit(graph, recorded.program, inputs, counters === undefined ? undefined : random)
    // A measure may share the memory of a weight (a scale that the model learns), which this step's update overwrites.
    const measures = results.slice(0, recorded.measures.length)
    const copies = measures.map((measure) => graph.node('DeepCopy', [measure], [type('T', float32)]))
    measured.push(...copies)

    const computed = [graph.node('NoOp', [], [], [...results, ...copies])]
    const gradients = results.slice(recorded.measures.length)
    const updates = recorded.trained.map((weight, i) => {
      const result = item(recorded.program.results, recorded.measures.length + i)
      const gradient = { ref: item(gradients, i), dtype: recorded.halfResults.has(result) ? bfloat16 : float32 }
      const value = inputs.get(item(recorded.weights, weight)) ?? ''
      const numbers = scalarOf.slice(step * scalarCount, (step + 1) * scalarCount)
      const [handles, copy] = [item(state.slots, weight), state.copies.get(weight)]
      if (optimizer.updateInOnePass === undefined) {
        const variable = item(state.weights, weight)
        const target = { variable, value, slots: handles, gradient, copy, scalars: numbers, after: computed }
        return updateVariable(graph, optimizer, target)
      }
      const updated = optimizer.updateInOnePass(graph, {
        value,
        slots: values.get(weight)?.slots ?? handles.map((handle) => read(graph, handle, float32)),
        copy: values.get(weight)?.copy ?? (copy === undefined ? undefined : read(graph, copy, bfloat16)),
        ...{ gradient, scalars: numbers, after: computed },
      })
      values.set(weight, updated)
      return updated.value
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
  const written = [...values].flatMap(([weight, updated]) => assign(graph, state, weight, updated))
  const output = graph.node('Identity', [packed], [type('T', float32)], [...done, ...written])
  return { steps, batchSize, measures: recorded.measures, rows, scalars, counters, output }
}

interface VariableTarget extends OnePassTarget {
  /** Handle of the weight's variable; `slots` and `copy` are handles, too. */
  readonly variable: Ref
}

/** One weight's update in TensorFlow's own kernels, on the variables, and the bfloat16 copy after it. */
function updateVariable(graph: GraphBuilder, optimizer: Optimizer, target: VariableTarget): Ref {
  const { variable, copy, after } = target
  const { ref, dtype } = target.gradient
  const kernels = new GraphKernels(graph, after)
  optimizer.update(kernels, { ...target, gradient: dtype === float32 ? ref : cast(graph, ref, dtype, float32) })
  const updated = graph.node('NoOp', [], [], kernels.last)
  if (copy === undefined) return updated
  const value = read(graph, variable, float32, [updated])
  return graph.node('AssignVariableOp', [copy, cast(graph, value, float32, bfloat16)], [type('dtype', bfloat16)])
}

/** Writes a weight, its slots and its copy to their variables. Where a value is the variable's own memory, nothing moves. */
function assign(graph: GraphBuilder, state: GraphState, weight: number, updated: WeightValues): Ref[] {
  const write = (handle: Ref, value: Ref, dtype: number) =>
    graph.node('AssignVariableOp', [handle, value], [type('dtype', dtype)])
  return [
    write(item(state.weights, weight), updated.value, float32),
    ...item(state.slots, weight).map((handle, i) => write(handle, item(updated.slots, i), float32)),
    ...(updated.copy === undefined ? [] : [write(copyOf(state, weight), updated.copy, bfloat16)]),
  ]
}

function read(graph: GraphBuilder, handle: Ref, dtype: number, after: readonly Ref[] = []): Ref {
  return graph.node('ReadVariableOp', [handle], [type('dtype', dtype)], after)
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
  const values = read(graph, table, dtype, after)
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
