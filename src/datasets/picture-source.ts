import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { concurrently } from '../concurrently.ts'
import { messageOf, SwathError } from '../errors.ts'
import { decodePictures } from './decode-pictures.ts'
import type { DatasetSource } from './decoded.ts'
import { listPictures } from './picture-list.ts'

/** What pictures become; undefined where the pictures say it themselves. */
export interface PictureSettings {
  readonly size: number | undefined
  readonly channels: 1 | 3 | undefined
}

const filesAtOnce = 8

/** A folder with a folder of pictures for each class. @throws SwathError('dataset') */
export function pictureSource(folder: string, settings: PictureSettings): DatasetSource {
  const list = listPictures(folder)
  return {
    digest: async () => {
      const paths = [...list.train, ...list.test].map(({ path }) => path)
      const contents = Array<string>(paths.length)
      await concurrently(paths, filesAtOnce, async (path, i) => {
        contents[i] = await hashFile(join(folder, path))
      })
      const { size = null, channels = null } = settings
      return createHash('sha256').update(JSON.stringify({ size, channels, paths, contents })).digest('hex')
    },
    decode: (into) => decodePictures(folder, list, settings, into),
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
  } catch (error) {
    throw new SwathError('dataset', `${path}: ${messageOf(error)}`, { cause: error })
  }
  return hash.digest('hex')
}
