import type * as TensorFlow from '@tensorflow/tfjs'
import { dataTypes, type NodeBackend } from './backend.ts'
import { planCalls, type Call } from './calls.ts'
import { dimensions, GraphBuilder, text, type, type Ref } from './graph.ts'
import { item } from './item.ts'
import { recordStep, type RecordedStep } from './record-step.ts'
import { Session } from './session.ts'
import type { CallResult, FileColumn, StepOptions, TrainingState, TrainingStep } from './training-step.ts'
import { graphCompiled } from './thread-kernels.ts'
import { emitColumn, unroll, type GraphState, type UnrolledSteps } from './unroll.ts'
import { weightsOf } from './weights.ts'

/** Examples of one evaluation step: large enough that the kernels' own time counts, small enough to stay in the cache. */
const evaluationBatch = 1000

/** A variable of the graph: a weight, or a slot of one. */
interface GraphVariable {
  readonly handle: Ref
  readonly shape: readonly number[]
  /** What to feed to write it. */
  readonly input: Ref
  /** What to fetch to read it. */
  readonly output: Ref
}

/** Its columns have to stay in their files only until it is made: TensorFlow has mapped them then. */
export interface CompiledStepOptions extends StepOptions {
  readonly columns: Readonly<Record<string, FileColumn>>
}

/** A training step that runs as a TensorFlow graph. */
export class CompiledStep implements TrainingStep {
  readonly compiled = true
  readonly reason = undefined
  readonly #tf: typeof TensorFlow
  readonly #options: CompiledStepOptions
  readonly #session: Session
  readonly #weights: readonly GraphVariable[]
  readonly #slots: readonly GraphVariable[]
  readonly #written: Ref
  readonly #training: readonly UnrolledSteps[]
  readonly #evaluation: readonly UnrolledSteps[]

  /** @throws NotRecordableError */
  constructor(tf: typeof TensorFlow, backend: NodeBackend, options: CompiledStepOptions) {
    const { model, columns, optimizer, batchSize, trainingRows, evaluationRows = [], stepsPerCall = 32 } = options
    this.#tf = tf
    this.#options = options

    const graph = new GraphBuilder()
    const variables = weightsOf(model)
    const trainable = new Set(weightsOf(model, true))
    this.#weights = variables.map(({ shape }, i) => emitVariable(graph, `weight${i}`, shape))
    const slots = variables.map((variable, i) =>
      Array.from({ length: trainable.has(variable) ? optimizer.slots : 0 }, (_, slot) =>
        emitVariable(graph, `weight${i}_slot${slot}`, variable.shape),
      ),
    )
    this.#slots = slots.flat()
    const tables = Object.entries(columns).map(([name, column]) => ({ name, ...emitColumn(graph, name, column) }))
    const mapped = emitDone(
      graph,
      tables.map((table) => table.mapped),
    )

    const record = (calls: readonly Call[], training: boolean): RecordedCall[] => {
      const steps = new Map(
        [...new Set(calls.map((call) => call.batchSize))].map((size) => [
          size,
          recordStep({ tf, backend, ...options, batchSize: size, training }),
        ]),
      )
      return calls.flatMap((call) => {
        const step = steps.get(call.batchSize)
        return step === undefined ? [] : [{ steps: call.steps, step }]
      })
    }
    const training = record(planCalls([trainingRows], batchSize, stepsPerCall), true)
    const evaluation = record(planCalls(evaluationRows, evaluationBatch, 1), false)

    const copied = new Set(training.flatMap(({ step }) => [...step.copies.keys()]))
    const copies = new Map([...copied].map((weight) => [weight, emitCopy(graph, weight, item(this.#weights, weight))]))
    const weightWrites = this.#weights.map(({ handle, input }) => emitWrite(graph, handle, input))
    const slotWrites = this.#slots.map(({ handle, input }) => emitWrite(graph, handle, input))
    const copyWrites = [...copies.values()].map(({ written }) => written)
    this.#written = emitDone(graph, [...weightWrites, ...slotWrites, ...copyWrites])
    const slotZeros = this.#weights.flatMap(({ input }, i) =>
      item(slots, i).map(({ handle }) => emitZeros(graph, handle, input, item(weightWrites, i))),
    )
    const begun = emitDone(graph, [...weightWrites, ...slotZeros, ...copyWrites])
    const state: GraphState = {
      columns: new Map(tables.map(({ name, handle }) => [name, handle])),
      weights: this.#weights.map(({ handle }) => handle),
      slots: slots.map((each) => each.map(({ handle }) => handle)),
      copies: new Map([...copies].map(([weight, { handle }]) => [weight, handle])),
    }
    const unrolled = (calls: readonly RecordedCall[]): UnrolledSteps[] =>
      calls.map(({ steps, step }) => unroll(graph, state, step, { ...options, steps }))
    this.#training = unrolled(training)
    this.#evaluation = unrolled(evaluation)
    this.#session = new Session(backend, graph.nodes)
    graphCompiled({
      weights: variables.map(({ shape }) => shape),
      precision: options.precision ?? 'float32',
      trainingBatches: training.map(({ step }) => step.batchSize),
      evaluationBatches: evaluation.map(({ step }) => step.batchSize),
    })
    this.#session.run(new Map(), [mapped])
    this.#session.run(new Map(this.#weights.map(({ input }, i) => [input, item(variables, i)])), [begun])
  }

  *train(rows: Int32Array, stepsBefore: number): Generator<CallResult> {
    const { optimizer } = this.#options
    let steps = stepsBefore
    for (const { call, part } of cut(rows, this.#training)) {
      const first = steps + 1
      const numbers = Array.from({ length: call.steps }, (_, i) => first + i)
      yield this.#run(
        call,
        part,
        numbers.flatMap((step) => optimizer.scalars(step)),
        numbers,
      )
      steps += call.steps
    }
  }

  *evaluate(rows: Int32Array): Generator<CallResult> {
    for (const { call, part } of cut(rows, this.#evaluation)) yield this.#run(call, part, [], [])
  }

  #run(call: UnrolledSteps, rows: Int32Array, scalars: readonly number[], steps: readonly number[]): CallResult {
    const tf = this.#tf
    const feeds = new Map<Ref, TensorFlow.Tensor>([[call.rows, tf.tensor1d(rows, 'int32')]])
    if (call.scalars !== undefined) feeds.set(call.scalars, tf.tensor1d(Float32Array.from(scalars)))
    if (call.counters !== undefined) {
      feeds.set(call.counters, tf.tensor1d(Int32Array.from(steps.flatMap((step) => [0, step])), 'int32'))
    }
    try {
      const [values = []] = this.#session.run(feeds, [call.output])
      const measures: Record<string, number> = {}
      call.measures.forEach((name, m) => {
        let sum = 0
        for (let step = 0; step < call.steps; step++) sum += values[step * call.measures.length + m] ?? Number.NaN
        measures[name] = sum / call.steps
      })
      return { steps: call.steps, examples: rows.length, measures: measures as CallResult['measures'] }
    } finally {
      for (const tensor of feeds.values()) tensor.dispose()
    }
  }

  read(): TrainingState {
    const variables = [...this.#weights, ...this.#slots]
    const values = this.#session.run(
      new Map(),
      variables.map(({ output }) => output),
    ) as Float32Array[]
    return { weights: values.slice(0, this.#weights.length), slots: values.slice(this.#weights.length) }
  }

  write({ weights, slots }: TrainingState): void {
    const values = [...weights, ...slots]
    const variables = [...this.#weights, ...this.#slots]
    if (values.length !== variables.length) {
      throw new RangeError(`expected ${variables.length} arrays of weights and slots, got ${values.length}`)
    }
    const feeds = new Map(
      variables.map(({ input, shape }, i) => [input, this.#tf.tensor(values[i] ?? [], [...shape], 'float32')]),
    )
    try {
      this.#session.run(feeds, [this.#written])
    } finally {
      for (const tensor of feeds.values()) tensor.dispose()
    }
  }

  updateModel(): void {
    const tf = this.#tf
    const { weights } = this.read()
    weightsOf(this.#options.model).forEach((variable, i) => {
      tf.tidy(() => {
        variable.assign(tf.tensor(weights[i] ?? [], variable.shape))
      })
    })
  }

  dispose(): void {
    this.#session.dispose()
  }
}

/** A recorded step, to be run so many times in a call. */
interface RecordedCall {
  readonly steps: number
  readonly step: RecordedStep
}

/** Cuts rows into calls, each as large as the graph has. */
function* cut(rows: Int32Array, calls: readonly UnrolledSteps[]): Generator<{ call: UnrolledSteps; part: Int32Array }> {
  let from = 0
  while (from < rows.length) {
    const call = calls.find(({ steps, batchSize }) => steps * batchSize <= rows.length - from)
    const examples = call === undefined ? 0 : call.steps * call.batchSize
    if (call === undefined || (examples < rows.length - from && call.batchSize < (calls[0]?.batchSize ?? 0))) {
      throw new RangeError(`no graph was compiled for ${rows.length} examples`)
    }
    yield { call, part: rows.slice(from, from + examples) }
    from += examples
  }
}

function emitVariable(graph: GraphBuilder, name: string, shape: readonly number[]): GraphVariable {
  const { float32 } = dataTypes
  const attributes = [type('dtype', float32), dimensions('shape', shape), text('shared_name', name)]
  const handle = graph.node('VarHandleOp', [], attributes)
  return {
    handle,
    shape,
    input: graph.placeholder(`${name}_input`, float32, shape),
    output: graph.node('ReadVariableOp', [handle], [type('dtype', float32)]),
  }
}

/** The variable that holds a weight in bfloat16 too, and what writes it when the weight is written. */
function emitCopy(graph: GraphBuilder, weight: number, { shape, input }: GraphVariable): { handle: Ref; written: Ref } {
  const { float32, bfloat16 } = dataTypes
  const attributes = [type('dtype', bfloat16), dimensions('shape', shape), text('shared_name', `weight${weight}_copy`)]
  const handle = graph.node('VarHandleOp', [], attributes)
  const half = graph.node('Cast', [input], [type('SrcT', float32), type('DstT', bfloat16)])
  return { handle, written: graph.node('AssignVariableOp', [handle, half], [type('dtype', bfloat16)]) }
}

/** Something to fetch so that these nodes run. */
function emitDone(graph: GraphBuilder, nodes: readonly Ref[]): Ref {
  return graph.node('Identity', [graph.int(0)], [type('T', dataTypes.int32)], nodes)
}

/** TensorFlow folds zeros of one shape into one constant, so each slot gets a copy of its own. */
function emitZeros(graph: GraphBuilder, slot: Ref, weightInput: Ref, written: Ref): Ref {
  const zeros = graph.node('ZerosLike', [weightInput], [type('T', dataTypes.float32)], [written])
  return emitWrite(graph, slot, zeros)
}

/** A copy, because TensorFlow would take over the fed buffer, which is JavaScript's, and update it in place. */
function emitWrite(graph: GraphBuilder, handle: Ref, input: Ref): Ref {
  const copy = graph.node('DeepCopy', [input], [type('T', dataTypes.float32)])
  return graph.node('AssignVariableOp', [handle, copy], [type('dtype', dataTypes.float32)])
}
