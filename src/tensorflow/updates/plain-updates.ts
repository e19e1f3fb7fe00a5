import type * as TensorFlow from '@tensorflow/tfjs'
import { item } from '../item.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import type { UpdatedVariable, Updates } from './updates.ts'

/** Updates in tfjs's own ops, on any backend. */
export class PlainUpdates implements Updates {
  readonly #tf: typeof TensorFlow
  readonly #optimizer: Optimizer
  readonly #slots = new Map<TensorFlow.Variable, readonly TensorFlow.Tensor[]>()

  constructor(tf: typeof TensorFlow, optimizer: Optimizer) {
    this.#tf = tf
    this.#optimizer = optimizer
  }

  apply(step: number, targets: readonly UpdatedVariable[]): void {
    const [tf, optimizer] = [this.#tf, this.#optimizer]
    const scalars = optimizer.scalars(step)
    tf.tidy(() => {
      const given = targets.map(({ gradient }) => gradient)
      const gradients = optimizer.adjust?.(tf, given) ?? given
      targets.forEach(({ variable }, i) => {
        const slots = this.#slotsOf(variable)
        const updated = optimizer.updatePlainly({ value: variable, slots, gradient: item(gradients, i), scalars })
        variable.assign(updated.value)
        this.#keep(variable, updated.slots)
      })
    })
  }

  read(variables: readonly TensorFlow.Variable[]): TensorFlow.Tensor[] {
    return variables.flatMap((variable) => this.#slotsOf(variable).map((slot) => slot.clone()))
  }

  write(variables: readonly TensorFlow.Variable[], slots: readonly TensorFlow.Tensor[]): void {
    const count = this.#optimizer.slots
    variables.forEach((variable, i) => {
      this.#keep(
        variable,
        Array.from({ length: count }, (_, slot) => item(slots, i * count + slot).clone()),
      )
    })
  }

  dispose(): void {
    this.#tf.dispose([...this.#slots.values()].flat())
    this.#slots.clear()
  }

  #slotsOf(variable: TensorFlow.Variable): readonly TensorFlow.Tensor[] {
    const zeros = () => Array.from({ length: this.#optimizer.slots }, () => this.#tf.zerosLike(variable))
    return this.#slots.get(variable) ?? this.#keep(variable, zeros())
  }

  #keep(variable: TensorFlow.Variable, slots: readonly TensorFlow.Tensor[]): readonly TensorFlow.Tensor[] {
    this.#tf.dispose((this.#slots.get(variable) ?? []).filter((slot) => !slots.includes(slot)))
    this.#slots.set(variable, slots)
    for (const slot of slots) this.#tf.keep(slot)
    return slots
  }
}
