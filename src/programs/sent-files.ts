import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

import { SwathError } from '../errors.ts'
import { packageRoot } from '../package-root.ts'
import { installOnce } from '../setup/cache.ts'
import type { ProgramReference } from '../workers/protocol.ts'

/** A program as it travels with its sweep: its own file, and what the sweep file names beside it. */
export interface SentFiles {
  /** Of `files`. */
  readonly sha256: string
  /** JSON: {@link SentFile}s. */
  readonly files: string
}

interface SentFile {
  /** From the folder of the sweep file, with /. */
  readonly path: string
  readonly isExecutable: boolean
  readonly base64: string
}

const mostBytes = 64 * 2 ** 20

/**
 * Packs what hosts need to train with a program; undefined for one that they have.
 * @param folder of the sweep file
 * @param beside paths of files and folders from there
 * @throws SwathError('program') if one is not there, or lies outside the folder
 */
export function packProgram(
  program: ProgramReference,
  folder: string,
  beside: readonly string[],
): SentFiles | undefined {
  if ('builtin' in program) return undefined
  const own = 'module' in program ? program.module : program.script
  const paths = [...(own === null ? [] : [own]), ...beside.map((path) => resolve(folder, path))].flatMap(filesIn)
  if (paths.length === 0) return undefined
  let bytes = 0
  const files = [...new Set(paths)].sort().map((path): SentFile => {
    const content = readFileSync(path)
    bytes += content.length
    if (bytes > mostBytes) {
      throw new SwathError('program', `what is sent to hosts has more than ${mostBytes / 2 ** 20} MB`, {
        hint: 'put large files where hosts find them, and name their place in a parameter',
      })
    }
    const isExecutable = (statSync(path).mode & 0o111) !== 0
    return { path: portable(path, folder), isExecutable, base64: content.toString('base64') }
  })
  const json = JSON.stringify(files)
  return { sha256: sha256Of(json), files: json }
}

/**
 * Unpacks a program into the cache of this host, once. Returns it as it is there.
 * @throws SwathError('program') if it is not what was sent
 */
export async function unpackProgram(
  sent: SentFiles,
  program: ProgramReference,
  folder: string,
): Promise<ProgramReference> {
  if (sha256Of(sent.files) !== sent.sha256) throw new SwathError('program', 'the program was changed after it was sent')
  const files = JSON.parse(sent.files) as SentFile[]
  const at = await installOnce(
    `programs/${sent.sha256}`,
    async (staging) => {
      for (const { path, isExecutable, base64 } of files) {
        const target = inside(staging, path)
        await mkdir(dirname(target), { recursive: true })
        await writeFile(target, Buffer.from(base64, 'base64'))
        if (isExecutable) await chmod(target, 0o755)
      }
      // For `import { defineProgram } from 'swath'`.
      await mkdir(join(staging, 'node_modules'), { recursive: true })
      await symlink(packageRoot, join(staging, 'node_modules', 'swath'), 'junction')
    },
    () => undefined,
  )
  const here = (path: string) => join(at, portable(path, folder))
  if ('module' in program) return { module: here(program.module) }
  if ('builtin' in program) return program
  return { ...program, folder: at, script: program.script === null ? null : here(program.script) }
}

function filesIn(path: string): string[] {
  if (!existsSync(path)) throw new SwathError('program', `send: there is no file ${path}`)
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .filter((name) => name !== 'node_modules' && !name.startsWith('.'))
    .flatMap((name) => filesIn(join(path, name)))
}

function portable(path: string, folder: string): string {
  const from = relative(resolve(folder), path)
  if (from.startsWith('..') || isAbsolute(from)) {
    throw new SwathError('program', `${path} lies outside the folder of the sweep file: hosts cannot be sent it`, {
      hint: 'move it there; or, if every host has it at this path, say so in the sweep file: send: false',
    })
  }
  return from.split(sep).join('/')
}

/** A path that cannot leave its folder, whoever wrote the row. */
function inside(folder: string, path: string): string {
  const target = resolve(folder, path)
  if (target.startsWith(folder + sep)) return target
  throw new SwathError('program', `the program was sent with a path that leaves its folder: ${path}`)
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
