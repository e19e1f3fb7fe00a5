import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, extname } from 'node:path'

import { messageOf, SwathError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { pathFrom } from '../path-below.ts'
import { printable } from '../printable.ts'
import type { SweepFile } from '../sweep/read.ts'
import type { ProgramReference } from '../workers/protocol.ts'
import { builtinPrograms } from './builtin.ts'
import { isFile } from './command/find-executable.ts'
import { resolveCommand } from './command/resolve.ts'

const moduleExtensions = ['.ts', '.mts', '.js', '.mjs', '.cjs']

/** What `program` and `command` in a sweep file mean. A relative path starts from the file. Throws SwathError('sweep-file'). */
export function resolveProgram(file: SweepFile): ProgramReference {
  const { program, command } = file.content
  if (program === undefined || command !== undefined) return resolveCommand(file)
  if ((builtinPrograms as readonly string[]).includes(program)) return { builtin: program }
  const path = pathFrom(dirname(file.source.path), program)
  if (isFile(path)) return moduleExtensions.includes(extname(path)) ? { module: path } : resolveCommand(file)
  const mistake = (message: string) => [{ path: ['program'], message }]
  if (/[./\\]/.test(program)) throw file.source.error(mistake(`there is no file ${printable(path, 300)}`))
  throw file.source.error(
    mistake(
      `there is no program ${printable(program)}; did you mean ${nearest(program.slice(0, 80), builtinPrograms)}?`,
    ),
    'a program of your own is named by its path: program: ./my-program.ts',
  )
}

/** The SHA-256 of a module's or a script's text: another text is another sweep. Throws SwathError('program') if it is gone. */
export function programSha256(program: ProgramReference): string | null {
  if ('builtin' in program) return null
  const path = 'module' in program ? program.module : program.script
  if (path === null) return null
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex')
  } catch (error) {
    throw new SwathError('program', `the program cannot be read: ${messageOf(error)}`, { cause: error })
  }
}
