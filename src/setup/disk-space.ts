import { statfs } from 'node:fs/promises'

import { SwathError } from '../errors.ts'
import { CommandError } from './commands.ts'

/** Throws SwathError('setup') if fewer than `room` bytes are free for this user where `folder` is. */
export async function refuseFullDisk(folder: string, room: number): Promise<void> {
  const free = await freeBytes(folder)
  if (free < room) throw diskFull(folder, `${megabytes(free)} are free there, ${megabytes(room)} are needed`)
}

/** The error for the user if `error`, or what caused it, is a full disk. */
export function asDiskFull(error: unknown, folder: string): SwathError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException
    const said = cause instanceof CommandError && /no space left on device|disk quota exceeded/i.test(cause.output)
    if (code === 'ENOSPC' || code === 'EDQUOT' || said) return diskFull(folder, 'nothing more could be written', error)
  }
  return undefined
}

/** Infinity where the file system does not tell. */
export async function freeBytes(folder: string): Promise<number> {
  return statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Infinity,
  )
}

/** For people. */
export function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1e6)} MB`
}

function diskFull(folder: string, detail: string, cause?: unknown): SwathError {
  return new SwathError('setup', `the disk of the cache folder ${folder} is full: ${detail}`, {
    hint: 'make room, or name a folder on another disk with SWATH_CACHE=<folder>',
    cause,
  })
}
