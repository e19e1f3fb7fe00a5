import { attributeTypes, dataTypes, type BindingAttribute } from './backend.ts'

/** An output of a node: `name`, or `name:1` for its second output. */
export type Ref = string

export interface GraphNode {
  readonly name: string
  readonly op: string
  readonly inputs: readonly string[]
  readonly attributes: readonly BindingAttribute[]
  /** The value of a `Const`. */
  readonly tensor?: ConstantTensor
}

export interface ConstantTensor {
  readonly dtype: number
  readonly shape: readonly number[]
  /** Little-endian, row by row. */
  readonly bytes: Uint8Array
}

const { float32, int32, uint64 } = dataTypes

/** A TensorFlow graph under construction. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = []
  readonly #constants = new Map<string, Ref>()

  /** Adds a node; it runs after those in `after` without reading them. */
  node(
    op: string,
    inputs: readonly Ref[],
    attributes: readonly BindingAttribute[] = [],
    after: readonly Ref[] = [],
  ): Ref {
    return this.#add({ op, inputs: [...inputs, ...after.map(controlOf)], attributes })
  }

  placeholder(name: string, dtype: number, shape: readonly number[]): Ref {
    return this.#add(
      { op: 'Placeholder', inputs: [], attributes: [type('dtype', dtype), dimensions('shape', shape)] },
      name,
    )
  }

  /** One node for all constants of the same type, shape and bytes. */
  constant(dtype: number, shape: readonly number[], bytes: Uint8Array): Ref {
    const key = `${dtype} ${shape.join()} ${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')}`
    const known = this.#constants.get(key)
    if (known !== undefined) return known
    const attributes = [type('dtype', dtype)]
    const ref = this.#add({ op: 'Const', inputs: [], attributes, tensor: { dtype, shape, bytes } })
    this.#constants.set(key, ref)
    return ref
  }

  float(...values: readonly number[]): Ref {
    return this.constant(float32, values.length === 1 ? [] : [values.length], bytesOf(Float32Array.from(values)))
  }

  int(value: number): Ref {
    return this.constant(int32, [], bytesOf(Int32Array.of(value)))
  }

  ints(values: readonly number[]): Ref {
    return this.constant(int32, [values.length], bytesOf(Int32Array.from(values)))
  }

  unsignedLong(value: bigint): Ref {
    return this.constant(uint64, [1], bytesOf(BigUint64Array.of(value)))
  }

  #add(node: Omit<GraphNode, 'name'>, name = `n${this.nodes.length}`): Ref {
    this.nodes.push({ name, ...node })
    return name
  }
}

export function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

export function type(name: string, value: number): BindingAttribute {
  return { name, type: attributeTypes.type, value }
}

export function int(name: string, value: number): BindingAttribute {
  return { name, type: attributeTypes.int, value }
}

export function float(name: string, value: number): BindingAttribute {
  return { name, type: attributeTypes.float, value }
}

export function bool(name: string, value: boolean): BindingAttribute {
  return { name, type: attributeTypes.bool, value }
}

export function text(name: string, value: string): BindingAttribute {
  return { name, type: attributeTypes.string, value }
}

export function dimensions(name: string, value: readonly number[]): BindingAttribute {
  return { name, type: attributeTypes.shape, value }
}

function controlOf(ref: Ref): string {
  return `^${ref.replace(/:\d+$/, '')}`
}
