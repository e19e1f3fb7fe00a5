import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { messageOf } from '../errors.ts'

const run = promisify(execFile)

/** Output of a compiler that went wrong may be long. */
const maxBuffer = 64 * 1024 * 1024

/** A command that ended with an error; `output` is what it wrote last, or why it did not start. */
export class CommandError extends Error {
  readonly output: string

  constructor(command: string, output: string, cause: unknown) {
    super(`${command} failed`, { cause })
    this.output = (output.trim() || messageOf(cause)).split('\n').slice(-15).join('\n')
  }
}

/** Runs a command to its end and returns what it printed. Throws CommandError. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; shell?: boolean } = {},
): Promise<string> {
  try {
    const { stdout } = await run(command, args, { maxBuffer, ...options })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new CommandError(command, stdout + stderr, error)
  }
}

/** A command that was found, with the arguments that come before all others, and what it says of itself. */
export interface FoundCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly version: string
}

/** The first of `candidates` that answers to `--version`, and what it answers. */
async function firstThatRuns(
  candidates: readonly (readonly [command: string, ...args: string[]])[],
): Promise<FoundCommand | undefined> {
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
export function findPip(): Promise<FoundCommand | undefined> {
  return firstThatRuns([['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']])
}

/** CXX may have arguments, `ccache g++`. */
export function findCompiler(): Promise<FoundCommand | undefined> {
  const [named, ...args] = (process.env.CXX ?? '').split(' ').filter((word) => word !== '')
  return firstThatRuns([...(named === undefined ? [] : [[named, ...args] as const]), ['c++'], ['g++'], ['clang++']])
}

/** How to get what is missing, for the hint of an error. */
export const installing = {
  pip: 'install Python with pip (Debian, Ubuntu: apt install python3-pip; Fedora: dnf install python3-pip; macOS: brew install python)',
  compiler:
    'install a C++ compiler (Debian, Ubuntu: apt install g++; Fedora: dnf install gcc-c++; macOS: xcode-select --install)',
  sqlite:
    'it takes npm, Python 3, make and a C++ compiler (Debian, Ubuntu: apt install build-essential python3; Fedora: dnf install gcc-c++ make python3; macOS: xcode-select --install)',
} as const
