import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf, SwathError } from '../errors.ts'
import type { ProgramReference } from '../workers/protocol.ts'
import type { TrialProgram } from './program.ts'

const typescript = ['.ts', '.mts', '.cts']

/**
 * Loads a program: a built-in one by its name, a command, or a module of the user's, TypeScript or JavaScript, whose
 * default export is `defineProgram({…})`. Works in any thread.
 *
 * @throws SwathError('program')
 */
export function loadProgram(reference: ProgramReference): Promise<TrialProgram> {
  const key = JSON.stringify(reference)
  const program = loaded.get(key) ?? load(reference)
  loaded.set(key, program)
  return program
}

/** Of this thread. A module that TypeScript is taken out of would be another one each time. */
const loaded = new Map<string, Promise<TrialProgram>>()

async function load(reference: ProgramReference): Promise<TrialProgram> {
  if ('builtin' in reference) return loadBuiltin(reference.builtin)
  if ('command' in reference) return (await import('./command/command.ts')).commandProgram(reference)
  const path = reference.module
  if (!existsSync(path)) throw new SwathError('program', `${path}: there is no such file`)
  const exported = defaultOf(await importModule(path))
  if (exported === undefined) {
    throw new SwathError('program', `${path}: expected a default export`, {
      hint: 'export default defineProgram({ … })',
    })
  }
  if (!isProgram(exported)) {
    throw new SwathError('program', `${path}: expected the default export to have a function train`, {
      hint: 'export default defineProgram({ async train(trial) { … } })',
    })
  }
  return exported
}

async function loadBuiltin(name: string): Promise<TrialProgram> {
  switch (name) {
    case 'mlp':
      return (await import('./mlp.ts')).mlp
    case 'lenet':
      return (await import('./lenet.ts')).lenet
    case 'classifier':
      return (await import('./by-model.ts')).byModel
    default:
      throw new SwathError('program', `there is no built-in program ${name}`)
  }
}

async function importModule(path: string): Promise<unknown> {
  const url = pathToFileURL(path).href
  try {
    if (!typescript.includes(extname(path))) return await import(url)
    const { tsImport } = await import('tsx/esm/api')
    return await tsImport(url, import.meta.url)
  } catch (error) {
    throw new SwathError('program', problemOf(error, path), { cause: error })
  }
}

/** A module that was compiled to CommonJS has its default export one level down. */
function defaultOf(module: unknown): unknown {
  const exported = (module as { default?: unknown }).default
  const inner = (exported as { default?: unknown; __esModule?: boolean } | undefined) ?? {}
  return inner.__esModule === true ? inner.default : exported
}

function isProgram(value: unknown): value is TrialProgram {
  return typeof value === 'object' && value !== null && typeof (value as Partial<TrialProgram>).train === 'function'
}

/** `path:line:column: message` where the place is known. */
function problemOf(error: unknown, path: string): string {
  if (typescript.includes(extname(path))) {
    const [, place, message] = /:(\d+:\d+): ERROR: (.*)/.exec(messageOf(error)) ?? []
    if (place !== undefined && message !== undefined) return `${path}:${place}: ${message}`
  } else {
    const unparsed = syntaxProblemOf(path)
    if (unparsed !== undefined) return unparsed
  }
  const frame = error instanceof Error ? (error.stack ?? '').split('\n').find((line) => line.includes(path)) : undefined
  const place = frame === undefined ? undefined : /:(\d+:\d+)\)?$/.exec(frame)?.[1]
  return place === undefined ? `${path}: ${messageOf(error)}` : `${path}:${place}: ${messageOf(error)}`
}

/** An imported module's SyntaxError doesn't say where it is; `node --check` does. */
function syntaxProblemOf(path: string): string | undefined {
  const { status, stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' })
  const message = /^SyntaxError: (.*)$/m.exec(stderr)?.[1]
  if (status === 0 || message === undefined) return undefined
  const line = /:(\d+)$/m.exec(stderr)?.[1]
  return line === undefined ? `${path}: ${message}` : `${path}:${line}: ${message}`
}
