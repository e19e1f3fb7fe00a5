import { basename, dirname, isAbsolute, resolve } from 'node:path'
import { pathFrom } from '../../path-below.ts'
import { programEnvironment } from '../../credentials.ts'
import type { SweepFile } from '../../sweep/read.ts'
import type { Mistake, Path } from '../../sweep/source.ts'
import type { CommandReference } from '../../workers/protocol.ts'
import { moduleFiles } from '../sources/python.ts'
import { findExecutable, isExecutable, isFile } from './find-executable.ts'
import { interpreterOf } from './interpreter.ts'
import {
  defaultCommand,
  environmentProblem,
  expandEnvironment,
  isArgumentMacro,
  macroName,
  unknownMacro,
} from './macros.ts'

/** A word of a command, and the key of the sweep file that it comes from. */
interface Word {
  readonly text: string
  readonly path: Path
}

const env = '/usr/bin/env'
const longestTitle = 80

/**
 * The command that a sweep file's `program` and `command` mean; what a trial or its environment decides is left in it as
 * a macro. Throws SwathError('sweep-file').
 */
export function resolveCommand({ content, source }: SweepFile): CommandReference {
  const { program, command } = content
  const environment = programEnvironment(content.env, process.env)
  const folder = dirname(resolve(source.path))
  const script = program === undefined ? undefined : pathFrom(folder, program)
  if (script !== undefined && !isFile(script)) {
    throw source.error([{ path: ['program'], message: `there is no file ${script}` }])
  }
  const written =
    command?.map((word, index) => ({ text: String(word), path: ['command', index] })) ??
    defaultCommand.map((text) => ({ text, path: ['program'] }))

  const unknown = written.flatMap((word) => mistakeOf(word, program, environment))
  if (unknown.length > 0) throw source.error(unknown)
  const words = written.flatMap(({ text, path }) => fixed(text, program, script).map((word) => ({ text: word, path })))
  const missing = startedBy(words).flatMap((word) => missingExecutable(word, folder, environment))
  if (missing.length > 0) throw source.error(missing)

  const texts = words.map(({ text }) => text)
  const named = filesAmong(texts, folder, environment)
  const own = script ?? named[0] ?? null
  return { command: texts, folder, script: own, sources: [...new Set([...(own === null ? [] : [own]), ...named])] }
}

/** A command for people: without what differs from trial to trial. */
export function commandTitle({ command }: CommandReference): string {
  const words = command.filter((word) => word !== env && !isArgumentMacro(word))
  const title = words.join(' ').replace(/\s+/g, ' ')
  return title.length > longestTitle ? `${title.slice(0, longestTitle)}…` : title
}

function mistakeOf({ text, path }: Word, program: string | undefined, environment: NodeJS.ProcessEnv): Mistake[] {
  const name = macroName(text)
  if (name === 'program' && program === undefined) {
    return [{ path, message: '${program} stands for the key `program`, and the file has none' }]
  }
  if (name !== undefined && !isArgumentMacro(text) && !['env', 'interpreter', 'program'].includes(name)) {
    return [{ path, message: unknownMacro(name) }]
  }
  const problem = environmentProblem(text, environment)
  return problem === undefined ? [] : [{ path, message: problem }]
}

/** What is the same in every trial of a sweep. */
function fixed(word: string, program = '', script?: string): string[] {
  const interpreter = script === undefined ? ['python3'] : interpreterOf(script)
  switch (macroName(word)) {
    case 'env':
      return [env]
    case 'interpreter':
      return interpreter
    case 'program':
      // Without an interpreter it is what is started, and would be looked for in the PATH.
      return [interpreter.length === 0 && !program.includes('/') ? `./${program}` : program]
    default:
      return [word]
  }
}

/** The words that have to be executable: the first, and the one that `env` starts. */
function startedBy([first, second]: readonly Word[]): Word[] {
  if (first === undefined) return []
  const isStarted = second !== undefined && basename(first.text) === 'env' && !/^-|=|^\$/.test(second.text)
  return isStarted ? [first, second] : [first]
}

function missingExecutable({ text, path }: Word, folder: string, environment: NodeJS.ProcessEnv): Mistake[] {
  const word = expandEnvironment(text, environment)
  if (findExecutable(word, folder, environment.PATH) !== undefined) return []
  if (!word.includes('/')) return [{ path, message: `there is no command ${word} in the PATH` }]
  const file = pathFrom(folder, word)
  return [{ path, message: isFile(file) ? `${file} is not executable` : `there is no command ${file}` }]
}

/** Files of these kinds are read, not written, where they are named as arguments. */
const sourceExtensions = /\.(?:py|sh|bash|r|jl|rb|pl|lua|[mc]?[jt]s|ya?ml|toml|ini|cfg|conf)$/i

/**
 * The files among the words, whose texts decide what a trial does: the first, then scripts and configurations, also as
 * `--config=x.yaml` and as the module after `-m`. A command of the machine, such as `/usr/bin/python3`, is none of them.
 */
function filesAmong(words: readonly string[], folder: string, environment: NodeJS.ProcessEnv): string[] {
  const files = words.flatMap((word, index) => {
    const text = expandEnvironment(word, environment)
    if (index === 0 && (!text.includes('/') || isAbsolute(text))) return []
    if (words[index - 1] === '-m') return moduleFiles(folder, text).concat(moduleFiles(folder, `${text}.__main__`))
    const value = /^--?[\w.-]+=(.+)$/.exec(text)?.[1]
    return (value === undefined ? [text] : [text, value])
      .filter((name) => isFile(pathFrom(folder, name)))
      .filter((name) => !isAbsolute(name) || sourceExtensions.test(name) || !isExecutable(name))
      .map((name) => pathFrom(folder, name))
  })
  return files.filter((path, index) => index === 0 || sourceExtensions.test(path))
}
