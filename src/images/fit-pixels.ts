import { withChannels, type RawImage } from './raw-image.ts'
import { resize } from './resize.ts'

export interface PixelShape {
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
}

/**
 * An image as a model takes it: resized to fill the height and width, whatever its aspect, with so many channels. Nothing
 * is cut off, and no bars are added that the model never saw: a data set's own pictures are resized the same way.
 */
export async function fitPixels(image: RawImage, { height, width, channels }: PixelShape): Promise<Uint8Array> {
  const { data } = await resize(withChannels(image, channels), height, width)
  return new Uint8Array(data)
}
