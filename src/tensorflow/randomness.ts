import type * as TensorFlow from '@tensorflow/tfjs'
import { recognize, type RandomNumbers } from './distributions.ts'
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

/** A constant of a record that is drawn afresh in each step. */
export interface RandomConstant extends RandomNumbers {
  readonly id: number
}

/**
 * Compares two records of the same step. A constant that differs is random: it comes back, in the order of the record,
 * for the graph to draw afresh in each step. To know what it was drawn from, tfjs is asked for its numbers of the same
 * seeds.
 *
 * @throws NotRecordableError if the records differ in any other way.
 */
export function findRandomConstants(
  tf: typeof TensorFlow,
  first: Recording,
  second: Recording,
  drawn: readonly number[],
): RandomConstant[] {
  const counterparts = pairConstants(first, second)
  if (first.ops.length !== second.ops.length) throw controlFlow()
  first.ops.forEach((op, i) => {
    pairOps(op, second.ops[i], counterparts)
  })

  const random: RandomConstant[] = []
  for (const [id, constant] of first.constants) {
    const other = second.constants.get(counterparts.get(id) ?? -1)
    if (other === undefined || sameValues(constant, other)) continue
    const numbers = recognize(tf, constant, drawn)
    if (numbers === undefined) {
      throw new NotRecordableError(
        'randomness',
        'the model draws random numbers that are neither uniform nor normal, or fewer than four at a time',
      )
    }
    random.push({ id, ...numbers })
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

function controlFlow(): NotRecordableError {
  return new NotRecordableError('control-flow', 'the model does not run the same operations in each step')
}
