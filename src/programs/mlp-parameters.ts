import { z } from 'zod'
import { initializations } from '../models/initialize.ts'
import { activations } from '../models/mlp.ts'
import { optimizerNames } from '../tensorflow/optimizers/named.ts'
import { precisions } from '../tensorflow/training-step.ts'
import { checkParameters, listOf, numberFromZero, positiveNumber, share, wholeNumber } from './check-parameters.ts'
import type { Parameters } from './program.ts'

const maxDepth = 64
const maxWidth = 65_536

/** The parameters of the built-in `mlp`, with their defaults: the seed's. */
const schema = z.strictObject({
  /** Hidden layers, all of one width. */
  depth: wholeNumber(1, maxDepth).optional(),
  width: wholeNumber(1, maxWidth).optional(),
  /** Or the width of each: `[512, 256, 120, 84]`. */
  hidden: listOf(wholeNumber(1, maxWidth), maxDepth).optional(),
  activation: z.enum(activations).default('relu'),
  optimizer: z.enum(optimizerNames).default('adam'),
  learning_rate: positiveNumber().default(1e-3),
  momentum: share().optional(),
  weight_decay: numberFromZero().optional(),
  batch_size: wholeNumber(1, 1_000_000).default(64),
  epochs: wholeNumber(1, 100_000).default(2),
  /** bfloat16: large products in half precision while training; about 1.4 times as fast where the processor has it. */
  precision: z.enum(precisions).default('float32'),
  init: z.enum(initializations).default('fan_in'),
  dropout: share().default(0),
  /** In place of the seed that the sweep gives the trial. */
  seed: wholeNumber(0, 2 ** 32 - 1).optional(),
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
  if (others.momentum !== undefined && others.optimizer !== 'momentum') {
    throw new Error(`momentum: only optimizer momentum has it, got optimizer ${others.optimizer}`)
  }
  if (others.weight_decay !== undefined && others.optimizer !== 'adamw') {
    throw new Error(`weight_decay: only optimizer adamw has it, got optimizer ${others.optimizer}`)
  }
  return { ...others, hidden: hidden ?? Array.from({ length: depth ?? 1 }, () => width ?? 512) }
}
