import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Transform } from 'node:stream'

/**
 * Extracts the files of a zip for which `place` names a path.
 * @param onFraction told how much of the bytes to extract is done, 0 to 1
 */
export async function unzip(
  zip: string,
  place: (name: string) => string | undefined,
  onFraction: (fraction: number) => void,
): Promise<void> {
  const { openPromise } = await import('yauzl')
  const archive = await openPromise(zip, { autoClose: false })
  try {
    const wanted = []
    for await (const entry of archive.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue
      const path = place(entry.fileName)
      if (path !== undefined) wanted.push({ entry, path })
    }
    const total = wanted.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0)
    let done = 0
    for (const { entry, path } of wanted) {
      await mkdir(dirname(path), { recursive: true })
      const count = new Transform({
        transform(chunk: Buffer, _, next) {
          done += chunk.length
          onFraction(done / total)
          next(null, chunk)
        },
      })
      await pipeline(await archive.openReadStreamPromise(entry), count, createWriteStream(path))
    }
  } finally {
    archive.close()
  }
}
