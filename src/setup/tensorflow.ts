import { createHash } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { SwathError } from '../errors.ts'
import { compileBinding } from './binding.ts'
import { installOnce } from './cache.ts'
import { pipDownload } from './pip-download.ts'
import type { PhaseReporter } from './progress.ts'
import { libraries, runtimeFolder, tensorflowVersion, wheel } from './tensorflow-release.ts'
import { unzip } from './unzip.ts'

/**
 * Puts TensorFlow's libraries and tfjs-node's binding for them into the cache, if they are not there: fetched, verified,
 * unpacked and compiled. Throws SwathError('setup').
 */
export async function installTensorFlow(report: PhaseReporter): Promise<string> {
  return installOnce(
    runtimeFolder,
    async (folder, scratch) => {
      const own = process.env['SWATH_TENSORFLOW']
      if (own !== undefined && own !== '') await takeOwn(own, folder, scratch, report)
      else await fetchWheel(folder, scratch, report)
      await compileBinding(folder, join(scratch, 'include'), report)
    },
    report,
  )
}

async function fetchWheel(folder: string, scratch: string, report: PhaseReporter): Promise<void> {
  if (wheel === undefined) {
    throw new SwathError('setup', `there is no TensorFlow ${tensorflowVersion} for ${process.platform} ${process.arch}`, {
      hint: 'bring your own with SWATH_TENSORFLOW=<wheel or folder>',
    })
  }
  const { requirement, platform, bytes, sha256 } = wheel
  const download = join(scratch, 'download')
  await mkdir(download)
  const file = await pipDownload(requirement, platform, download, (arrived) => {
    report('downloading', Math.min(arrived / bytes, 1))
  })
  report('verifying')
  const found = await sha256Of(file)
  if (found !== sha256) {
    throw new SwathError('setup', `${basename(file)} is not what it should be: its SHA-256 is ${found}, not ${sha256}`, {
      hint: 'the download was broken or tampered with; try again, or another index',
    })
  }
  await unpack(file, folder, scratch, report)
}

/** A wheel or an unpacked one that the user brings; its version is the user's affair. */
async function takeOwn(own: string, folder: string, scratch: string, report: PhaseReporter): Promise<void> {
  if (!existsSync(own)) throw new SwathError('setup', `SWATH_TENSORFLOW: there is no ${own}`)
  if (!statSync(own).isDirectory()) {
    await unpack(own, folder, scratch, report)
    return
  }
  report('copying')
  const root = existsSync(join(own, 'tensorflow')) ? join(own, 'tensorflow') : own
  for (const library of Object.values(libraries)) await cp(join(root, library), join(folder, library)).catch(notTensorFlow)
  await cp(join(root, 'include'), join(scratch, 'include'), { recursive: true }).catch(notTensorFlow)
}

async function unpack(file: string, folder: string, scratch: string, report: PhaseReporter): Promise<void> {
  const place = (name: string) => {
    const [, library] = /^tensorflow\/([^/]+)$/.exec(name) ?? []
    if (library !== undefined && Object.values(libraries).includes(library)) return join(folder, library)
    const [, header] = /^tensorflow\/include\/((?:tensorflow\/(?:c|core\/platform)|tsl|xla\/tsl)\/.+\.h)$/.exec(name) ?? []
    return header === undefined ? undefined : join(scratch, 'include', header)
  }
  await unzip(file, place, (fraction) => {
    report('unpacking', fraction)
  }).catch(notTensorFlow)
  if (!existsSync(join(folder, libraries.tensorflow))) notTensorFlow(undefined)
}

function notTensorFlow(cause: unknown): never {
  throw new SwathError('setup', 'TensorFlow’s libraries cannot be unpacked', {
    hint: `expected a wheel of tensorflow-cpu ${tensorflowVersion} or a folder with its contents, and room on the disk`,
    cause,
  })
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
