import { dataTypes } from '../backend.ts'
import { bool, type } from '../graph.ts'
import { item } from '../item.ts'
import type { Optimizer } from './optimizer.ts'

export interface SgdSettings {
  readonly learningRate: number
}

export interface MomentumSettings extends SgdSettings {
  /** Share of the last step that is kept; default 0.9. */
  readonly momentum?: number
}

/** Plain stochastic gradient descent. */
export function sgd({ learningRate }: SgdSettings): Optimizer {
  return {
    name: 'sgd',
    slots: 0,
    scalars: () => [learningRate],
    update(kernels, { variable, gradient, scalars }) {
      const attributes = [type('T', dataTypes.float32), bool('use_locking', false)]
      kernels.apply('ResourceApplyGradientDescent', [variable, item(scalars, 0), gradient], attributes)
    },
    updatePlainly({ value, gradient, scalars }) {
      return { value: value.sub(gradient.mul(item(scalars, 0))), slots: [] }
    },
  }
}

/** SGD with momentum as in PyTorch: v ← μ·v + g, w ← w − lr·v. */
export function momentum({ learningRate, momentum: kept = 0.9 }: MomentumSettings): Optimizer {
  return {
    name: 'momentum',
    slots: 1,
    scalars: () => [learningRate],
    update(kernels, { variable, slots, gradient, scalars }) {
      kernels.apply(
        'ResourceApplyMomentum',
        [variable, item(slots, 0), item(scalars, 0), gradient, kernels.number(kept)],
        [type('T', dataTypes.float32), bool('use_locking', false), bool('use_nesterov', false)],
      )
    },
    updatePlainly({ value, slots, gradient, scalars }) {
      const velocity = item(slots, 0).mul(kept).add(gradient)
      return { value: value.sub(velocity.mul(item(scalars, 0))), slots: [velocity] }
    },
  }
}
