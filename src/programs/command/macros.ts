import { messageOf } from '../../errors.ts'
import { nearest } from '../../nearest.ts'
import type { Parameters, ParameterValue } from '../program.ts'

/** W&B's command of a sweep file that names a program and no command. */
export const defaultCommand = ['${env}', '${interpreter}', '${program}', '${args}'] as const

type Expand = (params: Parameters, argsFile: string) => string[]

/** Macros that stand for a trial's parameters, as W&B writes them. */
const argumentMacros: Readonly<Record<string, Expand>> = {
  args: (params) => Object.entries(params).map(([name, value]) => `--${name}=${argument(value)}`),
  args_no_boolean_flags: (params) =>
    Object.entries(params).flatMap(([name, value]) => {
      if (typeof value === 'boolean') return value ? [`--${name}`] : []
      return [`--${name}=${argument(value)}`]
    }),
  args_no_hyphens: (params) => Object.entries(params).map(([name, value]) => `${name}=${argument(value)}`),
  args_json: (params) => [JSON.stringify(params)],
  args_json_file: (_, argsFile) => [argsFile],
}

const environmentVariable = /\$\{envvar:([^}]*)\}/g

/** The name of a macro that is a word of its own; undefined for any other word. */
export function macroName(word: string): string | undefined {
  const name = /^\$\{([^{}]*)\}$/.exec(word)?.[1]
  return name?.startsWith('envvar:') === true ? undefined : name
}

/** True for a word that becomes words for a trial's parameters. */
export function isArgumentMacro(word: string): boolean {
  return (macroName(word) ?? '') in argumentMacros
}

/** Why there is no such macro. */
export function unknownMacro(name: string): string {
  const known = ['env', 'interpreter', 'program', ...Object.keys(argumentMacros), 'envvar:NAME']
  return `there is no macro \${${name}}; did you mean \${${nearest(name, known)}}?`
}

/** True if the parameters are read from a file, which has to be written then. */
export function wantsArgsFile(words: readonly string[]): boolean {
  return words.includes('${args_json_file}')
}

/**
 * The words that a command is started with.
 * @throws Error that names an environment variable which is not set
 */
export function expandCommand(words: readonly string[], params: Parameters, argsFile: string): string[] {
  return words.flatMap((word) => {
    const expand = argumentMacros[macroName(word) ?? '']
    return expand === undefined ? [expandEnvironment(word)] : expand(params, argsFile)
  })
}

/** @throws Error that names a variable which is not set */
export function expandEnvironment(word: string, environment: NodeJS.ProcessEnv = process.env): string {
  return word.replace(environmentVariable, (macro, name: string) => {
    const value = environment[name]
    if (value === undefined) {
      const isWithheld = process.env[name] !== undefined
      const why = isWithheld ? 'is not passed on unless the sweep file lists it under `env`' : 'is not set'
      throw new Error(`${macro}: the environment variable ${name} ${why}`)
    }
    return value
  })
}

/** Why a word cannot be expanded here and now; undefined if it can. */
export function environmentProblem(word: string, environment: NodeJS.ProcessEnv): string | undefined {
  try {
    expandEnvironment(word, environment)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

/** A value as Python writes it: scripts that W&B started compare with `True` and `None`. Lists are JSON. */
function argument(value: ParameterValue): string {
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (value === null) return 'None'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
