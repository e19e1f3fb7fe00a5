import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'

import { SwathError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { printable } from '../printable.ts'
import type { ProgramReference } from '../workers/protocol.ts'

/** The programs that come with swath; `load.ts` imports them. */
export const builtinPrograms = ['mlp', 'lenet', 'classifier'] as const

const moduleExtensions = ['.ts', '.mts', '.js', '.mjs', '.cjs']

/** What `program:` in a sweep file means. A relative path starts from the file. Throws SwathError('program'). */
export function resolveProgram(program: string, sweepFile: string): ProgramReference {
  if ((builtinPrograms as readonly string[]).includes(program)) return { builtin: program }
  const shown = printable(program)
  const module = resolve(dirname(sweepFile), program)
  if (isFile(module)) {
    if (moduleExtensions.includes(extname(module))) return { module }
    throw new SwathError('program', `program: ${shown}: swath runs TypeScript and JavaScript modules today`, {
      hint: 'commands in other languages are not there yet',
    })
  }
  if (/[./\\]/.test(program))
    throw new SwathError('program', `program: ${shown}: there is no file ${printable(module, 300)}`)
  throw new SwathError(
    'program',
    `program: there is no program ${shown}; did you mean ${nearest(program.slice(0, 80), builtinPrograms)}?`,
    {
      hint: 'a module of your own is named by its path: program: ./my-program.ts',
    },
  )
}

/** The SHA-256 of a module's text: another text is another sweep. */
export function programSha256(program: ProgramReference): string | null {
  if ('builtin' in program) return null
  return createHash('sha256').update(readFileSync(program.module)).digest('hex')
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    // Nothing of that name is there, or none can be: it is too long, or has a NUL in it.
    return false
  }
}
