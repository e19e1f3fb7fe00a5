import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, SwathError } from '../errors.ts'
import { writeFlushed } from '../write-flushed.ts'

/** What a decoded data set's `dataset.json` holds. */
export interface DecodedDataset {
  readonly train: number
  readonly test: number
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly classes: number
  readonly classNames: readonly string[]
}

/** A data set as it lies on disk. */
export interface DatasetSource {
  /** The same for the same content and settings, and for nothing else. */
  digest(): Promise<string>
  /** Checks it, and writes its values raw into `folder`. @throws SwathError */
  decode(folder: string): DecodedDataset | Promise<DecodedDataset>
}

export const decodedNames = { images: 'images.u8', labels: 'labels.i32', description: 'dataset.json' } as const

/** What this process decodes just now: a sweep's trials ask for several crops of one data set at a time. */
const underWay = new Map<string, Promise<DecodedDataset>>()

/**
 * The decoded data set in `folder`, made by `decode` if it is not there. It is written aside, flushed and renamed, so it
 * is there as a whole or not at all; whichever process comes second throws its own away.
 *
 * @throws SwathError
 */
export async function decodedIn(
  folder: string,
  decode: (aside: string) => DecodedDataset | Promise<DecodedDataset>,
): Promise<DecodedDataset> {
  const description = join(folder, decodedNames.description)
  if (existsSync(description)) return JSON.parse(readFileSync(description, 'utf8')) as DecodedDataset
  const decoding = underWay.get(folder) ?? write(folder, decode).finally(() => underWay.delete(folder))
  underWay.set(folder, decoding)
  return decoding
}

async function write(
  folder: string,
  decode: (aside: string) => DecodedDataset | Promise<DecodedDataset>,
): Promise<DecodedDataset> {
  const aside = `${folder}.${randomUUID()}`
  try {
    mkdirSync(aside, { recursive: true })
    const decoded = await decode(aside)
    writeFlushed(join(aside, decodedNames.description), [Buffer.from(JSON.stringify(decoded))])
    moveInto(aside, folder)
    return decoded
  } catch (error) {
    if (error instanceof SwathError) throw error
    const message = `${folder}: the decoded data set can't be written: ${messageOf(error)}`
    throw new SwathError('dataset', message, { cause: error })
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

/** Labels as the file has them. */
export function writeLabels(folder: string, labels: Int32Array): void {
  writeFlushed(join(folder, decodedNames.labels), [new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength)])
}

function moveInto(aside: string, folder: string): void {
  try {
    renameSync(aside, folder)
  } catch (error) {
    // Another process was quicker; the same content gave the same files.
    if (!existsSync(join(folder, decodedNames.description))) throw error
  }
}
