import { decayingAdam, type AdamSettings } from './adam.ts'
import type { Optimizer } from './optimizer.ts'

export interface AdamWSettings extends AdamSettings {
  /** Share of a weight that a step at learning rate 1 takes away; default 0.01. Applies to biases too, as in PyTorch. */
  readonly weightDecay?: number
}

/** Adam with decoupled weight decay (Loshchilov and Hutter, 2019): every weight shrinks first, then Adam steps. */
export function adamW({ weightDecay = 0.01, ...settings }: AdamWSettings): Optimizer {
  return decayingAdam('adamw', settings, settings.learningRate * weightDecay)
}
