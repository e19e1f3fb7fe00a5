import type * as TensorFlow from '@tensorflow/tfjs'
import { item } from './item.ts'
import type { Optimizer } from './optimizers/optimizer.ts'
import { updatesFor } from './updates/updates-for.ts'

type NamedTensors = Parameters<TensorFlow.Optimizer['setWeights']>[0]

/**
 * One of swath's optimizers as one of tfjs's, for `model.compile({ optimizer })` and `optimizer.minimize`: on TensorFlow
 * it updates each weight with one fused kernel, elsewhere in tfjs's own ops.
 */
export function fusedOptimizer(tf: typeof TensorFlow, optimizer: Optimizer): TensorFlow.Optimizer {
  // Only now is there a tfjs to extend; importing it would load it, and not necessarily the one in use.
  class FusedOptimizer extends tf.Optimizer {
    static readonly className = `Fused${optimizer.name}`
    readonly #updates = updatesFor(tf, optimizer)
    /** In the order in which they came, which is that of their slots in `getWeights`. */
    readonly #variables: TensorFlow.Variable[] = []
    /** Slots that were set before their variables came. */
    #waiting: NamedTensors = []
    #handedOut: NamedTensors = []

    applyGradients(gradients: Record<string, TensorFlow.Tensor> | NamedTensors): void {
      const named = Array.isArray(gradients)
        ? gradients
        : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }))
      const targets = named.map(({ name, tensor }) => ({ variable: this.#variable(name), gradient: tensor }))
      this.#takeBack()
      this.incrementIterations()
      this.#updates.apply(
        this.iterations,
        // tfjs names a variable without a gradient all the same.
        targets.filter(({ gradient }) => (gradient as unknown) != null),
      )
    }

    /** The number of steps and the slots; the tensors are this optimizer's and last until its next step. */
    override async getWeights(): Promise<NamedTensors> {
      this.#takeBack()
      const slots = this.#updates.read(this.#variables).map((tensor, i) => {
        const variable = item(this.#variables, Math.floor(i / optimizer.slots))
        return { name: `${variable.name}/${optimizer.name}${i % optimizer.slots}`, tensor }
      })
      const waiting = this.#waiting.map(({ name, tensor }) => ({ name, tensor: tensor.clone() }))
      this.#handedOut = [await this.saveIterations(), ...slots, ...waiting]
      for (const { tensor } of this.#handedOut) tf.keep(tensor)
      return this.#handedOut
    }

    override async setWeights(weights: NamedTensors): Promise<void> {
      const slots = await this.extractIterations(weights)
      this.#dispose(this.#waiting)
      this.#waiting = slots.map(({ name, tensor }) => ({ name, tensor: tf.keep(tensor.clone()) }))
      for (const variable of this.#variables) this.#takeWaiting(variable)
    }

    getConfig(): TensorFlow.serialization.ConfigDict {
      return { optimizer: optimizer.name }
    }

    override dispose(): void {
      this.#takeBack()
      this.#dispose(this.#waiting.splice(0))
      this.#updates.dispose()
    }

    #variable(name: string): TensorFlow.Variable {
      const variable = tf.engine().registeredVariables[name]
      if (variable === undefined) throw new Error(`there is no variable ${name}`)
      if (!this.#variables.includes(variable)) {
        this.#variables.push(variable)
        this.#takeWaiting(variable)
      }
      return variable
    }

    #takeWaiting(variable: TensorFlow.Variable): void {
      if (this.#waiting.length === 0) return
      const slots = this.#waiting.splice(0, optimizer.slots)
      this.#updates.write(
        [variable],
        slots.map(({ tensor }) => tensor),
      )
      this.#dispose(slots)
    }

    #takeBack(): void {
      this.#dispose(this.#handedOut.splice(0))
    }

    #dispose(named: NamedTensors): void {
      tf.dispose(named.map(({ tensor }) => tensor))
    }
  }
  return new FusedOptimizer()
}
