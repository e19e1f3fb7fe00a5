import { SwathError } from '../errors.ts'

/** Decoded pixels: row by row, the channels of a pixel side by side. */
export interface RawImage {
  readonly height: number
  readonly width: number
  /** 1 for grey, 3 for red, green and blue. */
  readonly channels: 1 | 3
  readonly data: Uint8Array
}

/** Whether every pixel is a shade of grey, however many channels there are. */
export function isGrey({ channels, data }: RawImage): boolean {
  if (channels === 1) return true
  for (let i = 0; i < data.length; i += 3) {
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false
  }
  return true
}

/** The same image with so many channels. Grey is luma (ITU-R 601), which leaves what was grey as it was. */
export function withChannels(image: RawImage, channels: 1 | 3): RawImage {
  if (image.channels === channels) return image
  const { height, width, data } = image
  const pixels = new Uint8Array(height * width * channels)
  for (let i = 0; i < height * width; i++) {
    if (channels === 3) pixels.fill(data[i] ?? 0, 3 * i, 3 * i + 3)
    else pixels[i] = luma(data[3 * i] ?? 0, data[3 * i + 1] ?? 0, data[3 * i + 2] ?? 0)
  }
  return { height, width, channels, data: pixels }
}

function luma(red: number, green: number, blue: number): number {
  return Math.floor((299 * red + 587 * green + 114 * blue + 500) / 1000)
}

/** The same image with black and white exchanged. */
export function inverted(image: RawImage): RawImage {
  return { ...image, data: image.data.map((value) => 255 - value) }
}

/** The part of an image that starts at `top`, `left`. */
export function cut(
  image: RawImage,
  { top, left, height, width }: { readonly top: number; readonly left: number; height: number; width: number },
): RawImage {
  const { channels } = image
  const data = new Uint8Array(height * width * channels)
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * image.width + left) * channels
    data.set(image.data.subarray(start, start + width * channels), y * width * channels)
  }
  return { height, width, channels, data }
}

/** The centre `size` × `size` pixels; where they cannot be in the middle, one pixel nearer to the top and the left. */
export function cropCentre(image: RawImage, size: number): RawImage {
  const { height, width } = image
  if (size > Math.min(height, width)) {
    throw new SwathError('image', `the centre ${size}×${size} pixels: the image has no more than ${height}×${width}`)
  }
  const [top, left] = [Math.floor((height - size) / 2), Math.floor((width - size) / 2)]
  return cut(image, { top, left, height: size, width: size })
}
