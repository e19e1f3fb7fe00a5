import { z } from 'zod'
import { initializations } from '../models/initialize.ts'
import { optimizerNames } from '../tensorflow/optimizers/named.ts'
import { precisions } from '../tensorflow/training-step.ts'
import { numberFromZero, positiveNumber, share, wholeNumber } from './check-parameters.ts'

/** How any built-in network is trained, with the defaults: the seed's. */
export const trainingParameters = {
  optimizer: z.enum(optimizerNames).default('adam'),
  learning_rate: positiveNumber().default(1e-3),
  momentum: share().optional(),
  weight_decay: numberFromZero().optional(),
  batch_size: wholeNumber(1, 1_000_000).default(64),
  epochs: wholeNumber(1, 100_000).default(2),
  /** bfloat16: large products in half precision while training; about 1.4 times as fast where the processor has it. */
  precision: z.enum(precisions).default('float32'),
  init: z.enum(initializations).default('fan_in'),
  /** In place of the seed that the sweep gives the trial. */
  seed: wholeNumber(0, 2 ** 32 - 1).optional(),
}

export type TrainingParameters = z.infer<z.ZodObject<typeof trainingParameters>>

/** @throws Error for a setting of an optimizer that is not the one chosen */
export function checkOptimizer({ optimizer, momentum, weight_decay }: TrainingParameters): void {
  if (momentum !== undefined && optimizer !== 'momentum') {
    throw new Error(`momentum: only optimizer momentum has it, got optimizer ${optimizer}`)
  }
  if (weight_decay !== undefined && optimizer !== 'adamw') {
    throw new Error(`weight_decay: only optimizer adamw has it, got optimizer ${optimizer}`)
  }
}
