import { existsSync, statSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'

import { SwathError } from '../errors.ts'
import { pathBelow, pathFrom } from '../path-below.ts'
import { compileBinding, requireCompiler } from './binding.ts'
import { installOnce } from './cache.ts'
import { checkBinding } from './check-binding.ts'
import { fetchWheel } from './fetch-wheel.ts'
import type { PhaseReporter } from './progress.ts'
import { bindingFile, libraries, runtimeFolder, tensorflowVersion, wheel } from './tensorflow-release.ts'
import { unzip } from './unzip.ts'

/** The wheel and what is unpacked from it. */
const room = 1_300_000_000

/**
 * Puts TensorFlow's libraries and tfjs-node's binding for them into the cache, if they are not there: fetched, verified,
 * unpacked, compiled and tried. Throws SwathError('setup').
 */
export async function installTensorFlow(report: PhaseReporter): Promise<string> {
  return installOnce(
    runtimeFolder,
    async (folder, scratch) => {
      const compiler = await requireCompiler()
      const own = process.env.SWATH_TENSORFLOW
      if (own) await takeOwn(own, folder, scratch, report)
      else await unpack(await fetchWheel(wheelForThisMachine(), scratch, report), folder, scratch, report)
      report('compiling')
      await compileBinding(compiler, folder, join(scratch, 'include'))
      report('trying')
      refuseOther(await checkBinding(join(folder, bindingFile)))
    },
    report,
    room,
  )
}

function wheelForThisMachine() {
  const system = `${process.platform} ${process.arch}${usesMusl() ? ' with musl' : ''}`
  if (wheel !== undefined && !usesMusl()) return wheel
  throw new SwathError('setup', `there is no TensorFlow ${tensorflowVersion} for ${system}`, {
    hint: 'bring your own with SWATH_TENSORFLOW=<wheel or folder>, or train slowly without',
  })
}

/** Alpine and its like. */
function usesMusl(): boolean {
  if (process.platform !== 'linux') return false
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime === undefined
}

/** A wheel, or an unpacked one, that the user brings. */
async function takeOwn(own: string, folder: string, scratch: string, report: PhaseReporter): Promise<void> {
  if (!existsSync(own)) throw new SwathError('setup', `SWATH_TENSORFLOW: there is no ${own}`)
  if (!statSync(own).isDirectory()) {
    await unpack(own, folder, scratch, report)
    return
  }
  report('copying')
  const root = existsSync(join(own, 'tensorflow')) ? join(own, 'tensorflow') : own
  for (const library of Object.values(libraries))
    await cp(pathFrom(root, library), pathFrom(folder, library)).catch(notTensorFlow)
  await cp(join(root, 'include'), join(scratch, 'include'), { recursive: true }).catch(notTensorFlow)
}

async function unpack(file: string, folder: string, scratch: string, report: PhaseReporter): Promise<void> {
  const place = (name: string) => {
    const [, library] = /^tensorflow\/([^/]+)$/.exec(name) ?? []
    if (library !== undefined && Object.values(libraries).includes(library)) return pathFrom(folder, library)
    const [, header] =
      /^tensorflow\/include\/((?:tensorflow\/(?:c|core\/(?:platform|common_runtime\/next_pluggable_device\/c))|tsl|xla\/tsl)\/.+\.h)$/.exec(
        name,
      ) ?? []
    return header === undefined ? undefined : pathBelow(join(scratch, 'include'), header, 'setup')
  }
  await unzip(file, place, (fraction) => {
    report('unpacking', fraction)
  }).catch(notTensorFlow)
  if (!existsSync(pathFrom(folder, libraries.tensorflow))) notTensorFlow(undefined)
}

function notTensorFlow(cause: unknown): never {
  throw new SwathError('setup', 'TensorFlow’s libraries cannot be unpacked', {
    hint: `expected a wheel of tensorflow-cpu ${tensorflowVersion}, whole, or a folder with its contents`,
    cause,
  })
}

/** Results belong to a version of TensorFlow, and the cache is named by it. */
function refuseOther(version: string): void {
  if (version === tensorflowVersion) return
  throw new SwathError('setup', `SWATH_TENSORFLOW holds TensorFlow ${version}, swath needs ${tensorflowVersion}`)
}
