import { digitPixels } from '../images/digit-pixels.ts'
import { fitPixels } from '../images/fit-pixels.ts'
import type { Background } from '../images/ground.ts'
import type { RawImage } from '../images/raw-image.ts'
import type { DatasetFiles } from '../programs/program.ts'

export interface PictureOptions {
  /** Whether it is a digit, to be cropped and centred as MNIST's are; by default if the data set is MNIST. */
  readonly digit?: boolean | undefined
  readonly background?: Background | undefined
  /** What errors call the picture. */
  readonly name?: string | undefined
}

/**
 * A picture as the data set's own images were made.
 * @returns uint8 `[height × width × channels]`
 * @throws SwathError('image') as `digitPixels`
 */
export async function picturePixels(
  image: RawImage,
  dataset: DatasetFiles,
  { digit = dataset.name === 'mnist', background = 'auto', name }: PictureOptions,
): Promise<Uint8Array> {
  if (digit) return digitPixels(image, { background, name })
  const { height, width, channels } = dataset
  return fitPixels(image, { height, width, channels: channels === 1 ? 1 : 3 })
}
