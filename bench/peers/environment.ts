import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SwathError } from '../../src/errors.ts'
import { cached, installOnce } from '../../src/setup/cache.ts'
import { CommandError, runCommand } from '../../src/setup/commands.ts'

const folder = import.meta.dirname

/**
 * The Python of an environment of the bench's own, with the peers in it; installed on first use. PyTorch goes in without
 * its dependencies, because they are CUDA; `cuda_stubs.py` stands in for them.
 */
export async function peersPython(): Promise<string> {
  const { SWATH_BENCH_PYTHON: given } = process.env
  if (given) return given
  const requirements = readFileSync(join(folder, 'requirements.txt'), 'utf8')
  const name = `peers-${createHash('sha256').update(requirements).digest('hex').slice(0, 12)}`
  await installOnce(
    name,
    (target) => install(target, requirements),
    (phase) => {
      console.error(`peers: ${phase}`)
    },
    5e9,
  )
  return join(cached(name), 'bin', 'python')
}

/** Scripts of a virtual environment name its first place, but its Python works wherever it is moved. */
async function install(target: string, requirements: string): Promise<void> {
  const run = async (command: string, ...args: string[]) => {
    console.error(`peers: ${[command, ...args].join(' ').slice(0, 100)}`)
    await runCommand(command, args)
  }
  const lines = requirements.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const [torch, others] = [
    lines.filter((line) => line.startsWith('torch')),
    lines.filter((line) => !line.startsWith('torch')),
  ]
  try {
    await run('python3', '-m', 'venv', target)
    const python = join(target, 'bin', 'python')
    await run(python, '-m', 'pip', 'install', '--quiet', '--no-deps', ...torch)
    await run(python, '-m', 'pip', 'install', '--quiet', ...others)
    await run(python, join(folder, 'cuda_stubs.py'))
  } catch (error) {
    const output = error instanceof CommandError ? `:\n${error.output}` : ''
    throw new SwathError('setup', `the peers could not be installed${output}`, {
      hint: 'they take Python 3 with venv, gcc and a Python index; SWATH_BENCH_PYTHON=<python> names one that has them',
      cause: error,
    })
  }
}
