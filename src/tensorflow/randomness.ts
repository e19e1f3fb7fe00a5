import type * as TensorFlow from '@tensorflow/tfjs'
import { dataTypes } from './backend.ts'
import { NotRecordableError, type RecordedConstant, type RecordedOp, type Recording } from './record.ts'

/** Runs `run` with numbers of the caller's for `Math.random`, from which tfjs seeds each random tensor. */
export function withRandom<T>(next: () => number, run: () => T): T {
  const real = Math.random
  Math.random = next
  try {
    return run()
  } finally {
    Math.random = real
  }
}

/** Numbers that no two records share and that are never 0 (which tfjs takes for "no seed"). */
export function drawsOfRecord(record: number): { readonly drawn: number[]; next: () => number } {
  const drawn: number[] = []
  return {
    drawn,
    next: () => {
      const value = (record + 1) / 8 + (drawn.length + 1) / 2 ** 20
      drawn.push(value)
      return value
    },
  }
}

/**
 * Compares two records of the same step. A constant that differs is random: its ids come back, in their order, for the
 * graph to draw afresh in each step. That is done for uniform numbers in [0, 1), which dropout uses; to know that a
 * constant is that, tfjs is asked for its numbers of the same seeds.
 *
 * @throws NotRecordableError if the records differ in any other way.
 */
export function findRandomConstants(
  tf: typeof TensorFlow,
  first: Recording,
  second: Recording,
  drawn: readonly number[],
): number[] {
  const counterparts = pairConstants(first, second)
  if (first.ops.length !== second.ops.length) throw controlFlow()
  first.ops.forEach((op, i) => {
    pairOps(op, second.ops[i], counterparts)
  })

  const random: number[] = []
  for (const [id, constant] of first.constants) {
    const other = second.constants.get(counterparts.get(id) ?? -1)
    if (other === undefined || sameValues(constant, other)) continue
    if (!isUniform(tf, constant, drawn)) {
      throw new NotRecordableError('randomness', 'the model draws random numbers that are not uniform between 0 and 1')
    }
    random.push(id)
  }
  return random
}

function pairConstants(first: Recording, second: Recording): Map<number, number> {
  if (first.constants.size !== second.constants.size) throw controlFlow()
  const others = second.constants.keys()
  return new Map([...first.constants.keys()].map((id) => [id, others.next().value ?? -1]))
}

function pairOps(op: RecordedOp, other: RecordedOp | undefined, counterparts: Map<number, number>): void {
  const same =
    op.op === other?.op &&
    op.inputs.length === other.inputs.length &&
    op.inputs.every((id, i) => (counterparts.get(id) ?? id) === other.inputs[i]) &&
    op.outputs.every(({ shape }, i) => shape.join() === other.outputs[i]?.shape.join())
  if (!same) throw controlFlow()
  if (JSON.stringify(op.attributes) !== JSON.stringify(other.attributes)) {
    throw new NotRecordableError('randomness', `the model draws random numbers for ${op.op} that can't be drawn afresh`)
  }
  op.outputs.forEach(({ id }, i) => counterparts.set(id, other.outputs[i]?.id ?? -1))
}

function sameValues(a: RecordedConstant, b: RecordedConstant): boolean {
  return (
    a.values.length === b.values.length &&
    Array.prototype.every.call(a.values, (value, i) => Object.is(value, b.values[i]))
  )
}

function isUniform(tf: typeof TensorFlow, constant: RecordedConstant, drawn: readonly number[]): boolean {
  if (constant.dtype !== dataTypes.float32) return false
  return drawn.some((seed) => {
    const numbers = tf.tidy(() => tf.randomUniform([constant.values.length], 0, 1, 'float32', seed).dataSync())
    return numbers.every((value, i) => value === constant.values[i])
  })
}

function controlFlow(): NotRecordableError {
  return new NotRecordableError('control-flow', 'the model does not run the same operations in each step')
}
