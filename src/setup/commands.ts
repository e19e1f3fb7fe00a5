import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Output of a compiler that went wrong may be long. */
const maxBuffer = 64 * 1024 * 1024

/** A command that ended with an error; `output` is what it wrote last. */
export class CommandError extends Error {
  readonly output: string

  constructor(command: string, output: string, cause: unknown) {
    super(`${command} failed`, { cause })
    this.output = output.trim().split('\n').slice(-15).join('\n')
  }
}

/** Runs a command to its end and returns what it printed. Throws CommandError. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  try {
    const { stdout } = await run(command, args, { maxBuffer, ...options })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new CommandError(command, stdout + stderr, error)
  }
}

/** The first of `candidates` that answers to `--version`, and what it answers. */
export async function firstThatRuns(
  candidates: readonly (readonly [command: string, ...args: string[]])[],
): Promise<{ readonly command: string; readonly args: readonly string[]; readonly version: string } | undefined> {
  for (const [command, ...args] of candidates) {
    try {
      const version = (await runCommand(command, [...args, '--version'])).split('\n')[0] ?? ''
      return { command, args, version }
    } catch {
      // Not installed, or broken: the next one may do.
    }
  }
  return undefined
}

/** pip knows this user's index, mirror, proxy and certificates; no host is named in swath. */
export function findPip() {
  return firstThatRuns([
    ['python3', '-m', 'pip'],
    ['python', '-m', 'pip'],
    ['pip3'],
    ['pip'],
  ])
}

export function findCompiler() {
  const { CXX } = process.env
  return firstThatRuns([...(CXX ? [[CXX] as const] : []), ['c++'], ['g++'], ['clang++']])
}
