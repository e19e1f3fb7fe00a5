import type { RawImage } from './raw-image.ts'
import { loadSharp } from './sharp.ts'

/** An image at another size, each axis scaled by itself; what becomes smaller is averaged. The same size changes nothing. */
export async function resize(image: RawImage, height: number, width: number): Promise<RawImage> {
  if (image.height === height && image.width === width) return image
  const { data, channels, ...size } = image
  const sharp = await loadSharp()
  const resized = await sharp(data, { raw: { ...size, channels }, limitInputPixels: false })
    .resize({ width, height, fit: 'fill' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer()
  return { height, width, channels, data: resized }
}
