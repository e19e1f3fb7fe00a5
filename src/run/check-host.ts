import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { shortageOf } from '../artifacts/shortage.ts'
import { messageOf, SwathError } from '../errors.ts'
import type { RunObserver } from './events.ts'
import { Patience } from './patience.ts'

/** What is written to try a folder; a disk that has no room for it is full. */
const tried = Buffer.alloc(64 << 10)

/**
 * Checks that trials can work on this host, before any is claimed: a host that cannot would fail every trial that it takes.
 * The folder of their files, and the one for temporary files, have to take a file. A full disk is waited for.
 *
 * @param workFolder of the trials' files; it need not be there yet
 * @throws SwathError('setup') if a folder cannot be written
 */
export async function checkHost(
  workFolder: string,
  { observer, signal }: { readonly observer: Pick<RunObserver, 'note'>; readonly signal: AbortSignal },
): Promise<void> {
  const folders = [
    [workFolder, 'trials keep their files there; SWATH_CACHE=<folder> names another cache folder'],
    [tmpdir(), 'trials keep temporary files there; TMPDIR=<folder> names another folder'],
  ] as const
  for (const [folder, hint] of folders) {
    const patience = new Patience({ location: folder, obstacle: passing }, observer, signal, notice)
    await patience
      .read(() => tryFolder(existing(folder)))
      .catch((error: unknown) => {
        // Ended while it waited: it takes nothing any more.
        if (signal.aborted) return
        const reason = shortageOf(error) ?? messageOf(error)
        throw new SwathError('setup', `this host can take no trial: ${folder} cannot be written: ${reason}`, {
          hint: `make it writable: ${hint}`,
          cause: error,
        })
      })
  }
}

async function tryFolder(folder: string): Promise<void> {
  const inner = await mkdtemp(join(folder, 'try-'))
  try {
    await writeFile(join(inner, 'file'), tried)
  } finally {
    await rm(inner, { recursive: true, force: true })
  }
}

/** The folder, or where it would be made: nothing is left behind, and nothing goes that another process made meanwhile. */
function existing(folder: string): string {
  return existsSync(folder) ? folder : existing(dirname(folder))
}

/** A disk that is read-only stays so until a person acts. */
function passing(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code === 'EROFS' ? undefined : shortageOf(error)
}

function notice(folder: string, obstacle: string): string {
  return `${folder} cannot be written: ${obstacle}. This host takes no trial until it can be.`
}
