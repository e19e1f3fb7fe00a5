import type { RecordedConstant, RecordedOp, RecordedTensor, Recording } from './record.ts'

/** A record together with what goes in and what has to come out: a pure function as a list of ops. */
export interface Program extends Recording {
  /** Weights and batch. */
  readonly inputs: readonly RecordedTensor[]
  readonly results: readonly number[]
}

/** Drops the ops that no result needs. */
export function prune(program: Program): Program {
  const needed = new Set(program.results)
  const kept: RecordedOp[] = []
  for (const op of program.ops.toReversed()) {
    if (!op.outputs.some(({ id }) => needed.has(id))) continue
    for (const id of op.inputs) needed.add(id)
    kept.push(op)
  }
  const constants = new Map<number, RecordedConstant>()
  for (const [id, constant] of program.constants) if (needed.has(id)) constants.set(id, constant)
  return { ...program, ops: kept.reverse(), constants }
}
