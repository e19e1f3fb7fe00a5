import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { shortageOf } from '../artifacts/shortage.ts'
import { messageOf, SwathError } from '../errors.ts'
import { cacheFolder } from '../setup/cache.ts'
import type { ProgramReference } from '../workers/protocol.ts'
import type { RunObserver } from './events.ts'
import { Patience } from './patience.ts'

/** What is written to try a folder; a disk that has no room for it is full. */
const tried = Buffer.alloc(64 << 10)

interface HostCheck {
  /** Folder of the trials' files; it need not be there yet. */
  readonly workFolder: string
  /** Undefined where it is not known yet. */
  readonly program?: ProgramReference | undefined
  readonly observer: Pick<RunObserver, 'note'>
  /** Ends the waiting. */
  readonly signal: AbortSignal
}

/**
 * Checks that trials can work on this host, before any is claimed: a host that cannot would fail every trial that it takes.
 * The folder of their files has to take a file, and so has the one for temporary files, where TensorFlow's graphs go. A full
 * disk is waited for.
 *
 * @throws SwathError('setup') if a folder cannot be written
 */
export async function checkHost({ workFolder, program, observer, signal }: HostCheck): Promise<void> {
  const isCached = workFolder.startsWith(cacheFolder())
  const where = isCached ? 'SWATH_CACHE=<folder> names another cache folder' : 'it lies beside the store'
  const folders = [
    [workFolder, `trials keep their files there; ${where}`],
    ...(program === undefined || 'command' in program
      ? []
      : [[tmpdir(), 'trials keep temporary files there; TMPDIR=<folder> names another folder'] as const]),
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
