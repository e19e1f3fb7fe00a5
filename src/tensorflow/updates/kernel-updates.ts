import type * as TensorFlow from '@tensorflow/tfjs'
import { dataTypes, type NodeBackend } from '../backend.ts'
import { dimensions, text, type } from '../graph.ts'
import { item } from '../item.ts'
import type { Kernels, Optimizer } from '../optimizers/optimizer.ts'
import type { UpdatedVariable, Updates } from './updates.ts'

type Tensor = TensorFlow.Tensor
type Variable = TensorFlow.Variable

/** A weight and its slots as TensorFlow's own variables, by their handles. */
interface Resources {
  readonly weight: Tensor
  readonly slots: readonly Tensor[]
  /** What the tfjs variable held when the weight was last read into it. */
  holds: object | undefined
}

/** Of a variable without a name, which is gone with its handle (`ResourceHandle::ANONYMOUS_NAME`). */
const anonymous = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347'

const float32 = dataTypes.float32
const dtype = type('dtype', float32)

/**
 * Updates in TensorFlow's fused kernels, one or two a weight, in place. They take TensorFlow's variables, which tfjs's are
 * not: each weight gets one, and the tfjs variable shares its memory between the steps.
 */
export class KernelUpdates implements Updates {
  readonly #tf: typeof TensorFlow
  readonly #backend: NodeBackend
  readonly #optimizer: Optimizer
  readonly #resources = new Map<Variable, Resources>()
  readonly #numbers = new Map<number, Tensor>()

  constructor(tf: typeof TensorFlow, backend: NodeBackend, optimizer: Optimizer) {
    this.#tf = tf
    this.#backend = backend
    this.#optimizer = optimizer
  }

  apply(step: number, targets: readonly UpdatedVariable[]): void {
    const [tf, optimizer] = [this.#tf, this.#optimizer]
    tf.tidy(() => {
      const given = targets.map(({ gradient }) => gradient)
      const gradients = optimizer.adjust?.(tf, given) ?? given
      const scalars = optimizer.scalars(step).map((value) => tf.scalar(value))
      targets.forEach(({ variable }, i) => {
        this.#update(variable, item(gradients, i), scalars)
      })
    })
  }

  #update(variable: Variable, gradient: Tensor, scalars: readonly Tensor[]): void {
    const resources = this.#resourcesOf(variable)
    // Somebody has assigned to the variable since.
    if (variable.dataId !== resources.holds) this.#assign(resources.weight, variable)
    let released = false
    const kernels: Kernels<Tensor> = {
      number: (value) => this.#number(value),
      compute: (op, inputs, attributes) => this.#backend.executeSingleOutput(op, attributes, inputs),
      apply: (op, inputs, attributes) => {
        // A kernel copies a weight that somebody else holds before it writes; the gradient stands in for it meanwhile.
        if (!released) variable.assign(gradient)
        released = true
        this.#backend.executeMultipleOutputs(op, attributes, inputs, 0)
      },
    }
    try {
      const { weight, slots } = resources
      this.#optimizer.update(kernels, { variable: weight, value: variable, slots, gradient, scalars })
    } finally {
      const updated = this.#readOne(resources.weight)
      variable.assign(updated)
      resources.holds = updated.dataId
    }
  }

  read(variables: readonly Variable[]): Tensor[] {
    return variables.flatMap((variable) => this.#resourcesOf(variable).slots.map((slot) => this.#readOne(slot)))
  }

  write(variables: readonly Variable[], slots: readonly Tensor[]): void {
    const handles = variables.flatMap((variable) => this.#resourcesOf(variable).slots)
    handles.forEach((handle, i) => {
      this.#assign(handle, item(slots, i))
    })
  }

  dispose(): void {
    const handles = [...this.#resources.values()].flatMap(({ weight, slots }) => [weight, ...slots])
    this.#tf.dispose([...handles, ...this.#numbers.values()])
    this.#resources.clear()
    this.#numbers.clear()
  }

  #resourcesOf(variable: Variable): Resources {
    const known = this.#resources.get(variable)
    if (known !== undefined) return known
    const handle = (): Tensor => {
      const attributes = [dtype, dimensions('shape', variable.shape), text('shared_name', anonymous)]
      return this.#tf.keep(this.#backend.executeSingleOutput('VarHandleOp', attributes, []))
    }
    const slots = Array.from({ length: this.#optimizer.slots }, () => {
      const slot = handle()
      const zeros = this.#backend.executeSingleOutput('ZerosLike', [type('T', float32)], [variable])
      this.#backend.executeMultipleOutputs('AssignVariableOp', [dtype], [slot, zeros], 0)
      zeros.dispose()
      return slot
    })
    const resources = { weight: handle(), slots, holds: undefined }
    this.#resources.set(variable, resources)
    return resources
  }

  /** A copy, because TensorFlow would take over the tensor's memory, which may be JavaScript's, and update it in place. */
  #assign(handle: Tensor, value: Tensor): void {
    const copy = this.#backend.executeSingleOutput('DeepCopy', [type('T', float32)], [value])
    this.#backend.executeMultipleOutputs('AssignVariableOp', [dtype], [handle, copy], 0)
    copy.dispose()
  }

  #readOne(handle: Tensor): Tensor {
    return this.#backend.executeSingleOutput('ReadVariableOp', [dtype], [handle])
  }

  #number(value: number): Tensor {
    const known = this.#numbers.get(value)
    if (known !== undefined) return known
    const tensor = this.#tf.keep(this.#tf.scalar(value))
    this.#numbers.set(value, tensor)
    return tensor
  }
}
