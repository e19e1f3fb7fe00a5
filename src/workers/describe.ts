import { messageOf } from '../errors.ts'
import { modelCost } from '../models/flops.ts'
import { loadProgram } from '../programs/load.ts'
import { loadTensorFlow } from '../tensorflow/load.ts'
import { findRuntime } from '../tensorflow/runtime.ts'
import type { DescribeResult, DescribeTask, PointDescription } from './protocol.ts'

/** Checks each point with the program and counts what its model costs. Throws if the program cannot be loaded. */
export async function describePoints({ program: reference, points }: DescribeTask): Promise<DescribeResult> {
  const program = await loadProgram(reference)
  const tf = program.model === undefined ? undefined : await loadTensorFlow(findRuntime())
  return {
    points: points.map(({ params, dataset }): PointDescription => {
      try {
        program.check?.(params)
        const built = tf === undefined ? undefined : program.model?.(tf, params, dataset)
        if (built === undefined) return { cost: null }
        try {
          return { cost: modelCost(built) }
        } finally {
          built.dispose()
        }
      } catch (error) {
        return { error: messageOf(error) }
      }
    }),
  }
}
