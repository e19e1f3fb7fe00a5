import { digitPixels } from '../images/digit-pixels.ts'
import { fitPixels } from '../images/fit-pixels.ts'
import type { Background } from '../images/ground.ts'
import { side } from '../images/mnist.ts'
import { cropCentre, type RawImage } from '../images/raw-image.ts'
import type { DatasetFiles } from '../programs/program.ts'

export interface PictureOptions {
  /** Whether it is a digit, to be cropped and centred as MNIST's are; by default if the data set is MNIST. */
  readonly digit?: boolean | undefined
  readonly background?: Background | undefined
  /** What errors call the picture. */
  readonly name?: string | undefined
}

/**
 * A picture as the data set's own images were made. It is a digit only to a data set of 28×28 grey images; for any other
 * it is resized, whatever `digit` says.
 *
 * @returns uint8 `[height × width × channels]`
 * @throws SwathError('image') as `digitPixels`
 */
export async function picturePixels(
  image: RawImage,
  dataset: DatasetFiles,
  { digit = dataset.name === 'mnist', background = 'auto', name }: PictureOptions = {},
): Promise<Uint8Array> {
  const { height, width } = dataset.source
  const channels = dataset.channels === 1 ? 1 : 3
  const isAsDigits = height === side && width === side && channels === 1
  const data =
    digit && isAsDigits
      ? await digitPixels(image, { background, name })
      : await fitPixels(image, { height, width, channels })
  return dataset.crop === undefined ? data : cropCentre({ height, width, channels, data }, dataset.crop).data
}
