import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { LayersModel, TypedArray } from '@tensorflow/tfjs'
import { messageOf, SwathError } from '../errors.ts'
import type { ImageShape, TrialCheckpoint, TrialResult } from '../programs/program.ts'
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from './safetensors.ts'

/** All of a trained model that another process needs: its weights, what training goes on from, what it was trained on. */
export interface Checkpoint {
  /** In the order of the model's weights. */
  readonly weights: readonly NamedTensor[]
  readonly optimizer:
    { readonly name: string; readonly steps: number; readonly slots: readonly Float32Array[] } | undefined
  /** Of the images that the model takes; undefined for a program without a data set. */
  readonly images: ImageShape | undefined
  /** What the program keeps besides. */
  readonly state: TrialCheckpoint['state']
}

/** Names and shapes of a trial's arrays, in their order. */
export type WeightLayout = readonly { readonly name: string; readonly shape: readonly number[] }[]

const slotPrefix = 'optimizer.'
const imageSchema = z.object({ height: z.int(), width: z.int(), channels: z.int(), classes: z.int() })

/**
 * A trained model, or one in training, as the bytes of a safetensors file: weights under their layers' names (`0.kernel`),
 * slots under `optimizer.`.
 *
 * @param layout of the program's model; undefined for a program that has none: its arrays are named by their number
 * @throws Error if the program gave other weights than its model has, or values that float32 cannot hold
 */
export function encodeCheckpoint(
  layout: WeightLayout | undefined,
  { weights, optimizer, state }: TrialCheckpoint,
  images: ImageShape | undefined,
): Uint8Array[] {
  refuseOtherThanArrays(weights, 'weights')
  const expected = layout ?? weights.map(({ length }, i) => ({ name: String(i), shape: [length] }))
  if (weights.length !== expected.length) {
    throw new Error(`expected ${expected.length} arrays of weights, as the model has, got ${weights.length}`)
  }
  const tensors = expected.map(({ name, shape }, i): NamedTensor => {
    const values = float32Of(weights[i] ?? new Float32Array(), `weight ${name}`)
    const size = shape.reduce((product, length) => product * length, 1)
    if (values.length !== size) throw new Error(`weight ${name}: expected ${size} values, got ${values.length}`)
    return { name, shape, values }
  })
  const given = optimizer?.slots ?? []
  refuseOtherThanArrays(given, 'slots of the optimizer')
  const slots = given.map((slot, i) => {
    const values = float32Of(slot, `slot ${i} of the optimizer`)
    return { name: `${slotPrefix}${i}`, shape: [values.length], values }
  })
  return encodeSafetensors({
    tensors: [...tensors, ...slots],
    metadata: {
      format: 'swath',
      ...(optimizer && { optimizer: optimizer.name, steps: String(optimizer.steps) }),
      ...(images && { images: JSON.stringify(imageSchema.parse(images)) }),
      ...(state !== undefined && { state: JSON.stringify(state) }),
    },
  })
}

function float32Of(given: TypedArray, what: string): Float32Array {
  if (given instanceof Float32Array) return given
  const values = Float32Array.from(given)
  if (values.every((value, at) => Object.is(value, given[at]))) return values
  throw new Error(`${what}: expected values that float32 can hold; keep others in the checkpoint's state`)
}

/** @throws SwathError('artifact') */
export function decodeCheckpoint(bytes: Uint8Array, name: string): Checkpoint {
  try {
    const { tensors, metadata } = decodeSafetensors(bytes)
    const slots = tensors.filter((tensor) => tensor.name.startsWith(slotPrefix)).map(({ values }) => values)
    const { optimizer, steps, images, state } = metadata
    return {
      weights: tensors.filter((tensor) => !tensor.name.startsWith(slotPrefix)),
      optimizer: optimizer === undefined ? undefined : { name: optimizer, steps: Number(steps), slots },
      images: images === undefined ? undefined : imageSchema.parse(JSON.parse(images)),
      state: state === undefined ? undefined : (JSON.parse(state) as Checkpoint['state']),
    }
  } catch (error) {
    throw new SwathError('artifact', `${name}: ${messageOf(error)}`, { cause: error })
  }
}

/** SHA-256 of the weights' bytes, in their order; null for a program that returns none. */
export function weightsSha256(result: Pick<TrialResult, 'weights'> | undefined): string | null {
  if (result?.weights === undefined) return null
  refuseOtherThanArrays(result.weights, 'weights')
  const hash = createHash('sha256')
  for (const weight of result.weights) hash.update(new Uint8Array(weight.buffer, weight.byteOffset, weight.byteLength))
  return hash.digest('hex')
}

/** A program in JavaScript may give anything, and of a plain list of numbers nothing would be hashed or kept. */
function refuseOtherThanArrays(given: unknown, what: string): void {
  const isNumeric = (value: unknown) => ArrayBuffer.isView(value) && !(value instanceof DataView)
  if (Array.isArray(given) && given.every(isNumeric)) return
  throw new Error(`${what}: expected a list of typed arrays such as Float32Array`)
}

/** Names and shapes of a model's weights, in its order; the same in every process, as tfjs's own names are not. */
export function weightNames(model: LayersModel): WeightLayout {
  const taken = new Map<string, number>()
  return model.layers.flatMap((layer, position) =>
    layer.weights.map((weight) => {
      const name = `${position}.${weight.originalName.split('/').at(-1) ?? ''}`
      const count = taken.get(name) ?? 0
      taken.set(name, count + 1)
      return { name: count === 0 ? name : `${name}.${count}`, shape: weight.shape.map(Number) }
    }),
  )
}
