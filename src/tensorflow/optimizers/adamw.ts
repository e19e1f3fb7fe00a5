import { dataTypes } from '../backend.ts'
import { type } from '../graph.ts'
import { adam, type AdamSettings } from './adam.ts'
import { item } from '../item.ts'
import type { Optimizer } from './optimizer.ts'

export interface AdamWSettings extends AdamSettings {
  /** Share of a weight that a step at learning rate 1 takes away; default 0.01. Applies to biases too, as in PyTorch. */
  readonly weightDecay?: number
}

/** Adam with decoupled weight decay (Loshchilov and Hutter, 2019): every weight shrinks first, then Adam steps. */
export function adamW({ weightDecay = 0.01, ...settings }: AdamWSettings): Optimizer {
  const inner = adam(settings)
  const decay = settings.learningRate * weightDecay
  return {
    name: 'adamw',
    slots: inner.slots,
    scalars: (step) => [...inner.scalars(step), decay],
    update(kernels, target) {
      const lost = kernels.compute('Mul', [target.value, item(target.scalars, 2)], [type('T', dataTypes.float32)])
      kernels.apply('AssignSubVariableOp', [target.variable, lost], [type('dtype', dataTypes.float32)])
      inner.update(kernels, target)
    },
    // One kernel does both: it takes the decay as a third number.
    updateInOnePass: (graph, target) => inner.updateInOnePass(graph, target),
    updatePlainly(target) {
      return inner.updatePlainly({ ...target, value: target.value.mul(1 - decay) })
    },
  }
}
