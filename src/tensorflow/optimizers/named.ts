import { adam } from './adam.ts'
import { adamW } from './adamw.ts'
import type { Optimizer } from './optimizer.ts'
import { momentum, sgd } from './sgd.ts'

/** What a sweep file can ask of an optimizer. */
export interface OptimizerParameters {
  readonly optimizer: OptimizerName
  readonly learning_rate: number
  /** For `momentum`; default 0.9. */
  readonly momentum?: number | undefined
  /** For `adamw`; default 0.01. */
  readonly weight_decay?: number | undefined
}

export const optimizerNames = ['adam', 'adamw', 'sgd', 'momentum'] as const
type OptimizerName = (typeof optimizerNames)[number]

export function namedOptimizer({ optimizer, learning_rate, ...others }: OptimizerParameters): Optimizer {
  const learningRate = learning_rate
  switch (optimizer) {
    case 'adam':
      return adam({ learningRate })
    case 'adamw':
      return adamW({ learningRate, weightDecay: others.weight_decay ?? 0.01 })
    case 'sgd':
      return sgd({ learningRate })
    case 'momentum':
      return momentum({ learningRate, momentum: others.momentum ?? 0.9 })
  }
}
