import { dirname, join } from 'node:path'

import { SwathError } from '../errors.ts'
import { tensorflowEnvironment } from '../tensorflow/environment.ts'
import { CommandError, runCommand } from './commands.ts'
import { preloadFile } from './tensorflow-release.ts'

/** One matrix product through the binding, and one row through a kernel of swath's own: 3 × 7 and 20 × 1 + 1. */
const script = `
  const [, preload, bindingPath] = process.argv
  require(preload)
  const binding = require(bindingPath)
  const { TF_FLOAT, TF_INT32, TF_UINT8, TF_ATTR_BOOL, TF_ATTR_TYPE, TF_Version } = binding
  const [left, right] = [3, 7].map((value) => binding.createTensor([1, 1], TF_FLOAT, Float32Array.of(value)))
  const attributes = [
    { name: 'transpose_a', type: TF_ATTR_BOOL, value: false },
    { name: 'transpose_b', type: TF_ATTR_BOOL, value: false },
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
  ]
  const [product] = binding.executeOp('MatMul', attributes, [left, right], 1)
  const row = [
    binding.createTensor([1, 1], TF_UINT8, Uint8Array.of(20)),
    binding.createTensor([1], TF_INT32, Int32Array.of(0)),
    ...[1, 1].map((value) => binding.createTensor([], TF_FLOAT, Float32Array.of(value))),
  ]
  const [scaled] = binding.executeOp('SwathRows', attributes.slice(2), row, 1)
  const results = [product, scaled].map(({ id }) => binding.tensorDataSync(id)[0])
  process.stdout.write(results.join() + ' ' + TF_Version)
`

/**
 * Loads a binding as workers do and calculates with it, in a process of its own: a library that is wrong for this machine ends the process.
 * @returns TensorFlow's version
 */
export async function checkBinding(bindingPath: string): Promise<string> {
  const args = ['-e', script, join(dirname(bindingPath), preloadFile), bindingPath]
  const output = await runCommand(process.execPath, args, { env: tensorflowEnvironment(1) }).catch((error: unknown) => {
    const why = error instanceof CommandError ? `:\n${reasonIn(error.output)}` : ''
    throw new SwathError('setup', `TensorFlow does not run on this machine${why}`, {
      hint: 'its libraries need a processor with AVX and, on Linux, glibc 2.27 or newer',
      cause: error,
    })
  })
  const [product = '', version = 'of an unknown version'] = output.split(' ')
  if (product !== '21,21') {
    throw new SwathError('setup', `TensorFlow miscalculates on this machine: 3 × 7 and 20 × 1 + 1 are ${product}`)
  }
  return version
}

/** Returns what a process that failed says of its error, without the stack that Node prints. */
function reasonIn(output: string): string {
  return output.split('\n').find((line) => /^\w*Error\b.*: /.test(line)) ?? output
}
