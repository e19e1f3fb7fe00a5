import { open } from 'node:fs/promises'
import { messageOf, SwathError } from '../errors.ts'
import { mostPixels, sizeProblem } from './limits.ts'
import { isGrey, withChannels, type RawImage } from './raw-image.ts'
import { loadSharp } from './sharp.ts'

/** As many pixels as there may be, uncompressed, with 16 bits a channel and alpha. */
const mostBytes = 8 * mostPixels

export interface ReadImageOptions {
  /** 1 for grey, 3 for colour; by default 1 if every pixel is a shade of grey. */
  readonly channels?: 1 | 3
  /** What errors call a picture that is not read from a file. */
  readonly name?: string
}

/**
 * Decodes a PNG, JPEG or WebP picture: turned upright by its EXIF orientation, on white where it is transparent, of an
 * animation the first frame.
 *
 * @throws SwathError('not-found') if there is no such file, SwathError('image') if it is no whole picture
 */
export async function readImage(source: string | Uint8Array, options: ReadImageOptions = {}): Promise<RawImage> {
  const isPath = typeof source === 'string'
  const name = options.name ?? (isPath ? source : 'the picture')
  const bytes = isPath ? await readPictureFile(source) : source
  refuseOtherFormats(bytes, name)
  const colour = await decode(bytes, name)
  return withChannels(colour, options.channels ?? (isGrey(colour) ? 1 : 3))
}

/** The bytes of a file that can be a picture by its size. @throws as `readImage` */
async function readPictureFile(path: string): Promise<Buffer> {
  try {
    const file = await open(path)
    try {
      const status = await file.stat()
      if (status.isDirectory()) throw new SwathError('image', `${path}: expected a picture, found a folder`)
      if (!status.isFile()) throw new SwathError('image', `${path}: expected a picture, found no regular file`)
      if (status.size > mostBytes) {
        throw new SwathError('image', `${path}: expected a picture, found a file of ${status.size} bytes`)
      }
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof SwathError) throw error
    const missing = ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
    if (missing) throw new SwathError('not-found', `${path}: there is no such file`, { cause: error })
    throw new SwathError('image', `${path}: ${messageOf(error)}`, { cause: error })
  }
}

/** The decoders see nothing else: they also know formats that name other files, such as SVG. */
function refuseOtherFormats(bytes: Uint8Array, name: string): void {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  if (start.startsWith('\x89PNG\r\n\x1a\n') || start.startsWith('\xff\xd8\xff') || /^RIFF.{4}WEBP/s.test(start)) return
  const found = bytes.length === 0 ? 'the file is empty' : 'this is none'
  throw new SwathError('image', `${name}: expected a PNG, JPEG or WebP picture; ${found}`, {
    hint: 'convert it to one of them',
  })
}

async function decode(bytes: Uint8Array, name: string): Promise<RawImage> {
  const sharp = await loadSharp()
  try {
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata()
    // A header may claim far more than the few bytes of its file hold: it is refused before anything is decoded.
    const problem = sizeProblem(height, width)
    if (problem !== undefined) {
      throw new SwathError('image', `${name}: ${problem}`, {
        hint: 'make it smaller: a few hundred pixels a side are plenty',
      })
    }
    // `error`, not `warning`: cameras and scanners write much that decoders find odd. A file cut short is an error.
    const { data, info } = await sharp(bytes, { failOn: 'error', limitInputPixels: mostPixels })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return { height: info.height, width: info.width, channels: info.channels === 1 ? 1 : 3, data }
  } catch (error) {
    if (error instanceof SwathError) throw error
    throw new SwathError('image', `${name}: the picture is damaged or cut short`, {
      hint: 'save it again, or take another one',
      cause: error,
    })
  }
}
