import { dataTypes } from '../backend.ts'
import { float, int, type, type Ref } from '../graph.ts'
import { item } from '../item.ts'
import type { Optimizer } from './optimizer.ts'

export interface AdamSettings {
  readonly learningRate: number
  /** Default 0.9. */
  readonly beta1?: number
  /** Default 0.999. */
  readonly beta2?: number
  /** Default 1e-8. */
  readonly epsilon?: number
}

/**
 * Adam (Kingma and Ba, 2015) as PyTorch and tfjs compute it: ε is added to the corrected √v. The kernel adds it to the
 * uncorrected one, so it is fed ε·√(1−β₂ᵗ), and the learning rate with both corrections in it.
 */
export function adam(settings: AdamSettings): Optimizer {
  return decayingAdam('adam', settings, 0)
}

/** Adam where every step first takes `decay` of each weight away. */
export function decayingAdam(name: string, settings: AdamSettings, decay: number): Optimizer {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = settings
  return {
    name,
    slots: 2,
    keepsCopies: true,
    scalars(step) {
      const correction = Math.sqrt(1 - beta2 ** step)
      return [(learningRate * correction) / (1 - beta1 ** step), epsilon * correction, decay]
    },
    update(graph, { value, slots, gradient, copy, scalars, after }) {
      const read = (handle: Ref, dtype: number) => graph.node('ReadVariableOp', [handle], [type('dtype', dtype)], after)
      const values = [value, ...slots.map((slot) => read(slot, dataTypes.float32))]
      const copies = copy === undefined ? [] : [read(copy, dataTypes.bfloat16)]
      return graph.node(
        'SwathAdam',
        [...values, gradient.ref, ...scalars, ...copies],
        [type('T', gradient.dtype), int('copies', copies.length), float('beta1', beta1), float('beta2', beta2)],
        after,
      )
    },
    updateEagerly(tf, { value, slots, gradient, scalars }) {
      const [rate, correctedEpsilon] = [item(scalars, 0), item(scalars, 1)]
      const m = item(slots, 0)
        .mul(beta1)
        .add(gradient.mul(1 - beta1))
      const v = item(slots, 1)
        .mul(beta2)
        .add(gradient.square().mul(1 - beta2))
      return { value: value.mul(1 - decay).sub(m.mul(rate).div(v.sqrt().add(correctedEpsilon))), slots: [m, v] }
    },
  }
}
