import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { SwathError } from '../errors.ts'
import { packageRoot } from '../package-root.ts'
import { pathBelow } from '../path-below.ts'
import { installOnce } from '../setup/cache.ts'
import type { ProgramReference } from '../workers/protocol.ts'
import { filesOf, portable, sha256Of, type ProgramVersion } from './version.ts'

/**
 * Unpacks a program into the cache of this host, once. Returns it as it is there, and the folder that it is in.
 *
 * @param folder of the sweep file, where the program was
 * @throws SwathError('program') if it is not what was sent
 */
export async function unpackProgram(
  sent: ProgramVersion,
  program: ProgramReference,
  folder: string,
): Promise<{ readonly program: ProgramReference; readonly folder: string }> {
  if (sha256Of(sent.files) !== sent.sha256) throw new SwathError('program', 'the program was changed after it was sent')
  const at = await installOnce(
    `programs/${sent.sha256}`,
    async (staging) => {
      for (const { path, isExecutable, base64 } of filesOf(sent)) {
        const target = pathBelow(staging, path, 'program')
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
  const here = (path: string) => pathBelow(at, portable(path, folder), 'program')
  if ('module' in program) return { program: { module: here(program.module) }, folder: at }
  if ('builtin' in program) return { program, folder: at }
  const { script, sources } = program
  return {
    program: { ...program, folder: at, script: script && here(script), ...(sources && { sources: sources.map(here) }) },
    folder: at,
  }
}
