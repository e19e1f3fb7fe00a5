import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'

import { SwathError } from '../errors.ts'
import { pipDownload } from './pip-download.ts'
import type { PhaseReporter } from './progress.ts'
import type { Wheel } from './tensorflow-release.ts'

/**
 * Fetches a wheel into a new folder below `scratch`, and returns its path once its bytes are known to be the right ones.
 * A download that broke off, or is not what it should be, is begun once more. Throws SwathError('setup').
 */
export async function fetchWheel(wheel: Wheel, scratch: string, report: PhaseReporter): Promise<string> {
  let arrived = 0
  const attempt = async () => {
    const file = await pipDownload(wheel.requirement, wheel.platform, scratch, (bytes) => {
      arrived = bytes
      report('downloading', Math.min(bytes / wheel.bytes, 1))
    })
    report('verifying')
    await verify(file, wheel.sha256)
    return file
  }
  report('downloading', 0)
  return attempt().catch((error: unknown) => {
    // Where nothing came at all there is nobody to ask again.
    if (arrived === 0 && !(error instanceof WrongFileError)) throw error
    report('downloading again', 0)
    return attempt()
  })
}

class WrongFileError extends SwathError {}

async function verify(file: string, sha256: string): Promise<void> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  const found = hash.digest('hex')
  if (found === sha256) return
  throw new WrongFileError(
    'setup',
    `${basename(file)} is not what it should be: its SHA-256 is ${found}, not ${sha256}`,
    {
      hint: 'the download was broken or tampered with; try again, or another index',
    },
  )
}
