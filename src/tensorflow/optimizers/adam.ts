import { dataTypes } from '../backend.ts'
import { bool, float, int, type } from '../graph.ts'
import { item } from '../item.ts'
import type { OnePassOptimizer } from './optimizer.ts'

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
 * Adam (Kingma and Ba, 2015) as PyTorch and tfjs compute it: ε is added to the corrected √v. The kernels add
 * it to the uncorrected one, so they are fed ε·√(1−β₂ᵗ), and the corrected learning rate instead of β₁ᵗ and β₂ᵗ,
 * because 1−β₂ᵗ in float32 is off by 5e-5 in the first step.
 */
export function adam({ learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamSettings): OnePassOptimizer {
  return {
    name: 'adam',
    slots: 2,
    scalars(step: number) {
      const correction = Math.sqrt(1 - beta2 ** step)
      return [(learningRate * correction) / (1 - beta1 ** step), epsilon * correction]
    },
    update(kernels, { variable, slots, gradient, scalars }) {
      const none = kernels.number(0)
      const [m, v] = [item(slots, 0), item(slots, 1)]
      const [rate, correctedEpsilon] = [item(scalars, 0), item(scalars, 1)]
      const [kept1, kept2] = [kernels.number(beta1), kernels.number(beta2)]
      kernels.apply(
        'ResourceApplyAdam',
        [variable, m, v, none, none, rate, kept1, kept2, correctedEpsilon, gradient],
        [type('T', dataTypes.float32), bool('use_locking', false), bool('use_nesterov', false)],
      )
    },
    updateInOnePass(graph, { value, slots, gradient, copy, scalars, after }) {
      const copies = copy === undefined ? [] : [copy]
      const [rate, correctedEpsilon, decay = graph.float(0)] = [item(scalars, 0), item(scalars, 1), scalars[2]]
      const node = graph.node(
        'SwathAdam',
        [value, ...slots, gradient.ref, rate, correctedEpsilon, decay, ...copies],
        [type('T', gradient.dtype), int('copies', copies.length), float('beta1', beta1), float('beta2', beta2)],
        after,
      )
      return { value: node, slots: [`${node}:1`, `${node}:2`], copy: copy === undefined ? undefined : `${node}:3` }
    },
    updatePlainly({ value, slots, gradient, scalars }) {
      const [rate, correctedEpsilon] = [item(scalars, 0), item(scalars, 1)]
      const m = item(slots, 0)
        .mul(beta1)
        .add(gradient.mul(1 - beta1))
      const v = item(slots, 1)
        .mul(beta2)
        .add(gradient.square().mul(1 - beta2))
      return { value: value.sub(m.mul(rate).div(v.sqrt().add(correctedEpsilon))), slots: [m, v] }
    },
  }
}
