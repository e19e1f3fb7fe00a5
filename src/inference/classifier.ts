import type * as TensorFlow from '@tensorflow/tfjs'
import { SwathError } from '../errors.ts'
import type { ImageShape, PixelScale } from '../programs/program.ts'
import type { TrainedModel } from './open-model.ts'

/** A trained model that tells what is on an image. */
export class Classifier {
  readonly images: ImageShape
  readonly model: TensorFlow.LayersModel
  readonly scale: PixelScale
  readonly #tf: typeof TensorFlow
  /** Each level of a pixel as the model takes it. */
  readonly #levels: Float32Array
  readonly #inputShape: readonly number[]
  readonly #givesLogits: boolean

  /** @throws SwathError('program') if the model does not take such images, one by one, and give a number a class */
  constructor(tf: typeof TensorFlow, { model, scale }: TrainedModel, images: ImageShape) {
    const { height, width, channels, classes } = images
    this.images = images
    this.model = model
    this.scale = scale
    this.#levels = Float32Array.from({ length: 256 }, (_, level) => level * scale.multiply + scale.add)
    this.#tf = tf
    this.#inputShape = sizesOf(model.inputs)
    const taken = this.#inputShape.reduce((product, size) => product * size, 1)
    if (taken !== height * width * channels) {
      throw unfit(`takes [${this.#inputShape.join(', ')}], and its images are ${height}×${width}×${channels}`)
    }
    const given = sizesOf(model.outputs)
    if (given.length !== 1 || given[0] !== classes) {
      throw unfit(`gives [${given.join(', ')}], and there are ${classes} classes`)
    }
    this.#givesLogits = model.layers.at(-1)?.getConfig().activation !== 'softmax'
  }

  /**
   * How likely each class is.
   * @param pixels uint8 `[images × height × width × channels]`
   * @returns `[images × classes]`
   */
  probabilities(pixels: Uint8Array): Float32Array {
    const tf = this.#tf
    return tf.tidy(() => {
      const outputs = this.model.predict(this.#inputs(pixels)) as TensorFlow.Tensor2D
      return (this.#givesLogits ? tf.softmax(outputs) : outputs).dataSync<'float32'>()
    })
  }

  #inputs(pixels: Uint8Array): TensorFlow.Tensor {
    const { height, width, channels } = this.images
    const values = new Float32Array(pixels.length)
    for (let i = 0; i < pixels.length; i++) values[i] = this.#levels[pixels[i] ?? 0] ?? 0
    return this.#tf.tensor(values, [pixels.length / (height * width * channels), ...this.#inputShape])
  }

  dispose(): void {
    this.model.dispose()
  }
}

/** Sizes of the only input's or output's axes, without the batch. */
function sizesOf(tensors: readonly TensorFlow.SymbolicTensor[]): number[] {
  const [tensor] = tensors
  if (tensor === undefined || tensors.length !== 1) throw unfit('has several inputs or outputs')
  return tensor.shape.slice(1).map((size) => size ?? 1)
}

function unfit(reason: string): SwathError {
  return new SwathError('program', `this model is no classifier of single images: it ${reason}`)
}
