import { copyFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { SwathError } from '../errors.ts'
import { cropCentre } from '../images/raw-image.ts'
import { decodedIn, decodedNames, type DecodedDataset } from './decoded.ts'

/** Bytes of images that are read at a time. */
const chunk = 2 ** 22

/**
 * A decoded data set with the centre `size` × `size` pixels of each image, in a folder of its own beside the whole one.
 *
 * @returns its folder and what is in it; the whole one's, where there is nothing to cut off
 * @throws SwathError('dataset') if the images are smaller
 */
export async function cropped(
  folder: string,
  whole: DecodedDataset,
  size: number,
): Promise<{ readonly folder: string; readonly decoded: DecodedDataset }> {
  const { height, width } = whole
  if (height === size && width === size) return { folder, decoded: whole }
  if (size > Math.min(height, width)) {
    const message = `dataset.crop: expected at most ${Math.min(height, width)}, as images have ${height}×${width} pixels, got ${size}`
    throw new SwathError('dataset', message)
  }
  const target = `${folder}-crop-${size}`
  const decoded = await decodedIn(target, async (aside) => {
    await writeCentres(join(folder, decodedNames.images), whole, size, join(aside, decodedNames.images))
    copyFileSync(join(folder, decodedNames.labels), join(aside, decodedNames.labels))
    return { ...whole, height: size, width: size }
  })
  return { folder: target, decoded }
}

async function writeCentres(source: string, whole: DecodedDataset, size: number, target: string): Promise<void> {
  const { train, test, height, width } = whole
  const channels = whole.channels === 1 ? 1 : 3
  const [bytes, bytesLeft] = [height * width * channels, size * size * channels]
  const rowsAtOnce = Math.max(1, Math.floor(chunk / bytes))
  const input = await open(source)
  const output = await open(target, 'wx')
  try {
    for (let row = 0; row < train + test; row += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, train + test - row)
      const images = new Uint8Array(rows * bytes)
      const { bytesRead } = await input.read(images, 0, images.length, row * bytes)
      if (bytesRead < images.length) {
        throw new SwathError('dataset', `${source} is cut short`, { hint: 'remove its folder: it is decoded again' })
      }
      const centres = new Uint8Array(rows * bytesLeft)
      for (let i = 0; i < rows; i++) {
        const data = images.subarray(i * bytes, (i + 1) * bytes)
        centres.set(cropCentre({ height, width, channels, data }, size).data, i * bytesLeft)
      }
      await output.write(centres, 0, centres.length, row * bytesLeft)
    }
    await output.sync()
  } finally {
    await input.close()
    await output.close()
  }
}
