import { spawn, type ChildProcess } from 'node:child_process'
import { text } from 'node:stream/consumers'

import { withoutCredentials } from '../credentials.ts'
import { messageOf } from '../errors.ts'

/** A command that ended with an error; `output` is what it wrote last, or how it ended. */
export class CommandError extends Error {
  readonly output: string

  constructor(command: string, output: string, cause: unknown) {
    super(`${command} failed`, { cause })
    this.output = (output.trim() || messageOf(cause)).split('\n').slice(-15).join('\n')
  }
}

/**
 * Runs a command to its end and returns what it printed. It gets no input and none of swath's credentials: packages have
 * scripts of their own. Throws CommandError.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  { env = process.env, ...options }: { cwd?: string; env?: NodeJS.ProcessEnv; shell?: boolean } = {},
): Promise<string> {
  // A process group of its own: what it starts, npm a compiler say, ends along with it.
  const detached = process.platform !== 'win32'
  const child = spawn(command, args, {
    ...options,
    env: withoutCredentials(env),
    detached,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = whenEnded(child)
  if (running.size === 0) process.on('exit', endCommands)
  running.add(child)
  try {
    const [stdout, stderr, end] = await Promise.all([text(child.stdout), text(child.stderr), ended])
    if (end === undefined) return stdout
    throw new CommandError(command, stdout + stderr, end)
  } finally {
    running.delete(child)
    if (running.size === 0) process.off('exit', endCommands)
  }
}

const running = new Set<ChildProcess>()

/** Ends all commands that run, and all that they have started. */
export function endCommands(): void {
  for (const child of running) {
    if (child.pid === undefined) continue
    try {
      process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGTERM')
    } catch {
      // It has just ended by itself.
    }
  }
}

/** @returns what went wrong, undefined if nothing did */
function whenEnded(child: ChildProcess): Promise<Error | undefined> {
  return new Promise((resolve) => {
    child.on('error', resolve).on('close', (code, signal) => {
      resolve(code === 0 ? undefined : new Error(signal === null ? `exit code ${code ?? '?'}` : `ended by ${signal}`))
    })
  })
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
