import { z } from 'zod'
import { activations } from '../models/activations.ts'
import { checkParameters, listOf, share, wholeNumber } from './check-parameters.ts'
import type { Parameters } from './program.ts'
import { checkOptimizer, trainingParameters } from './training-parameters.ts'

const maxDepth = 64
const maxWidth = 65_536

/** The parameters of the built-in `mlp`, with their defaults. */
const schema = z.strictObject({
  /** Hidden layers, all of one width. */
  depth: wholeNumber(1, maxDepth).optional(),
  width: wholeNumber(1, maxWidth).optional(),
  /** Or the width of each: `[512, 256, 120, 84]`. */
  hidden: listOf(wholeNumber(1, maxWidth), maxDepth).optional(),
  activation: z.enum(activations).default('relu'),
  dropout: share().default(0),
  ...trainingParameters,
})

export type MlpParameters = Omit<z.infer<typeof schema>, 'depth' | 'width' | 'hidden'> & {
  readonly hidden: readonly number[]
}

/** Checks and completes an `mlp` point. @throws Error whose message names the parameter */
export function mlpParameters(params: Parameters): MlpParameters {
  const { depth, width, hidden, ...others } = checkParameters(schema, params)
  if (hidden !== undefined && (depth !== undefined || width !== undefined)) {
    throw new Error(`hidden: expected either hidden or depth and width, got both`)
  }
  checkOptimizer(others)
  return { ...others, hidden: hidden ?? Array.from({ length: depth ?? 1 }, () => width ?? 512) }
}
