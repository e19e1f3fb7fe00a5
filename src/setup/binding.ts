import { cp, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { SwathError } from '../errors.ts'
import { packageRoot } from '../package-root.ts'
import { carriedPackage } from '../carried-package.ts'
import { pathFrom } from '../path-below.ts'
import { CommandError, findCompiler, installing, runCommand, type FoundCommand } from './commands.ts'
import { bindingFile, libraries, opsFile, preloadFile } from './tensorflow-release.ts'

const require = createRequire(import.meta.url)

/**
 * tfjs-node keeps the names of attributes in a set that all threads share, and inserts into it at every op without a
 * lock. With one set a thread, worker threads cannot race.
 */
const sharedSet = 'static std::set<std::string> ATTR_NAME_SET;'
const ownSet = 'static thread_local std::set<std::string> ATTR_NAME_SET;'

/** Throws SwathError('setup') if there is none: worth knowing before TensorFlow is downloaded. */
export async function requireCompiler(): Promise<FoundCommand> {
  const compiler = await findCompiler()
  if (compiler !== undefined) return compiler
  throw new SwathError('setup', 'compiling tfjs-node’s binding takes a C++ compiler, and there is none', {
    hint: installing.compiler,
  })
}

/** Compiles tfjs-node's binding and swath's own kernels into `folder`, against the libraries there. Throws SwathError('setup'). */
export async function compileBinding(compiler: FoundCommand, folder: string, tensorflowHeaders: string): Promise<void> {
  const sources = join(dirname(tensorflowHeaders), 'binding')
  await cp(join(carriedPackage('@tensorflow/tfjs-node'), 'binding'), sources, {
    recursive: true,
  })
  await giveEachThreadItsSet(join(sources, 'tfjs_backend.cc'))

  const nodeApi = (require('node-api-headers') as { include_dir: string }).include_dir
  const flags = ['-std=c++17', '-fPIC', '-w', '-DNAPI_VERSION=8', `-I${nodeApi}`, `-I${tensorflowHeaders}`]
  const compile = (inputs: readonly string[], needed: readonly string[], output: string) =>
    runCommand(
      compiler.command,
      [...compiler.args, ...flags, ...inputs, ...linking(folder, needed), '-o', pathFrom(folder, output)],
      { cwd: sources },
    )
  const own = (name: string) => pathFrom(join(packageRoot, 'native'), name)
  const names = [
    `-DSWATH_FRAMEWORK_LIBRARY="${libraries.framework}"`,
    `-DSWATH_OPS="${opsFile}"`,
    `-DSWATH_BINDING="${bindingFile}"`,
  ]
  try {
    await Promise.all([
      compile(['-O2', ...names, own('preload.cc')], [], preloadFile),
      compile(['-O3', '-fno-math-errno', '-fno-trapping-math', own('ops.cc')], [libraries.framework], opsFile),
      compile(['-O2', 'tfjs_backend.cc', 'tfjs_binding.cc'], Object.values(libraries), bindingFile),
    ])
  } catch (error) {
    const output = error instanceof CommandError ? `:\n${error.output}` : ''
    throw new SwathError('setup', `tfjs-node’s binding does not compile with ${compiler.version}${output}`, {
      hint: 'C++17 is needed; another compiler is named with CXX=…',
      cause: error,
    })
  }
}

function linking(folder: string, needed: readonly string[]): string[] {
  if (process.platform === 'darwin') {
    const paths = needed.map((library) => pathFrom(folder, library))
    return ['-bundle', '-undefined', 'dynamic_lookup', ...paths, '-Wl,-rpath,@loader_path']
  }
  return ['-shared', `-L${folder}`, ...needed.map((library) => `-l:${library}`), '-Wl,-rpath,$ORIGIN']
}

async function giveEachThreadItsSet(source: string): Promise<void> {
  const text = await readFile(source, 'utf8')
  if (text.split(sharedSet).length !== 2) {
    throw new SwathError('setup', 'tfjs-node’s binding is not the one that swath knows: its ATTR_NAME_SET is not there')
  }
  await writeFile(source, text.replace(sharedSet, ownSet))
}
