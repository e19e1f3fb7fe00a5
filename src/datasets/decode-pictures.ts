import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { concurrently } from '../concurrently.ts'
import { SwathError } from '../errors.ts'
import { fitPixels, type PixelShape } from '../images/fit-pixels.ts'
import { readImage } from '../images/read-image.ts'
import { pathFrom } from '../path-below.ts'
import { refuseFullDisk } from '../setup/disk-space.ts'
import { decodedNames, writeLabels, type DecodedDataset } from './decoded.ts'
import type { PictureList } from './picture-list.ts'

/** What pictures become; undefined where the pictures say it themselves. */
export interface PictureSettings {
  readonly size: number | undefined
  readonly channels: 1 | 3 | undefined
}

/** Pictures that are in memory at a time. */
const picturesAtOnce = 4

/** Decodes pictures into the raw files of a data set, each to its row. @throws SwathError */
export async function decodePictures(
  folder: string,
  { train, test, classNames }: PictureList,
  settings: PictureSettings,
  into: string,
): Promise<DecodedDataset> {
  const examples = [...train, ...test]
  const paths = examples.map(({ path }) => pathFrom(folder, path))
  const [first = ''] = paths
  const image = await readImage(first)
  const { size, channels } = settings
  const shape = { height: size ?? image.height, width: size ?? image.width, channels: channels ?? image.channels }
  const file = join(into, decodedNames.images)

  const written = await writePixels(paths, shape, settings, file)
  // A coloured picture among what was taken for grey: then all of them have three channels.
  if (!written) await writePixels(paths, { ...shape, channels: 3 }, settings, file)
  writeLabels(
    into,
    Int32Array.from(examples, ({ label }) => label),
  )
  return {
    ...shape,
    ...{ train: train.length, test: test.length, channels: written ? shape.channels : 3 },
    ...{ classes: classNames.length, classNames },
  }
}

/** @returns false if a picture is coloured that the shape would make grey, though nobody asked for grey */
async function writePixels(
  paths: readonly string[],
  shape: PixelShape,
  { size, channels }: PictureSettings,
  path: string,
): Promise<boolean> {
  const bytes = shape.height * shape.width * shape.channels
  await refuseFullDisk(join(path, '..'), paths.length * bytes)
  const file = await open(path, 'w')
  try {
    const met = { colour: false }
    await concurrently(paths, picturesAtOnce, async (picture, row) => {
      if (met.colour) return
      const image = await readImage(picture, channels === undefined ? {} : { channels })
      if (size === undefined && (image.height !== shape.height || image.width !== shape.width)) {
        const message = `${picture}: has ${image.height}×${image.width} pixels, ${paths[0] ?? ''} has ${shape.height}×${shape.width}`
        throw new SwathError('dataset', message, {
          hint: 'pictures of several sizes are resized to one: dataset: { path: …, size: 32 }',
        })
      }
      if (channels === undefined && image.channels > shape.channels) met.colour = true
      else await file.write(await fitPixels(image, shape), 0, bytes, row * bytes)
    })
    if (!met.colour) await file.sync()
    return !met.colour
  } finally {
    await file.close()
  }
}
