import { open } from 'node:fs/promises'
import { messageOf, SwathError } from '../errors.ts'
import type { DatasetFiles } from '../programs/program.ts'

/** Pixels of some examples, one after the other. @throws SwathError('dataset') */
export async function readPixels(dataset: DatasetFiles, firstRow: number, rows: number): Promise<Uint8Array> {
  const { imagesPath, height, width, channels } = dataset
  const size = height * width * channels
  return readPart(imagesPath, firstRow * size, rows * size)
}

/** Labels of some examples. @throws SwathError('dataset') */
export async function readLabels({ labelsPath }: DatasetFiles, firstRow: number, rows: number): Promise<Int32Array> {
  const bytes = await readPart(labelsPath, 4 * firstRow, 4 * rows)
  return new Int32Array(bytes.buffer)
}

async function readPart(path: string, start: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length)
  try {
    const file = await open(path)
    try {
      const { bytesRead } = await file.read(bytes, 0, length, start)
      if (bytesRead === length) return bytes
    } finally {
      await file.close()
    }
  } catch (error) {
    throw new SwathError('dataset', `${path}: ${messageOf(error)}`, { cause: error })
  }
  throw new SwathError('dataset', `${path} is cut short`, { hint: 'remove it: it is decoded again' })
}
