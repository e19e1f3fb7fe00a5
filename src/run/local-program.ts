import { SwathError } from '../errors.ts'
import { ProgramFiles } from '../programs/program-files.ts'
import { unpackProgram } from '../programs/unpack.ts'
import { keptProgram } from '../store/programs.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { SweepSettings } from '../sweep/definition.ts'
import type { ProgramReference } from '../workers/protocol.ts'

/** The program of a sweep on this host. */
export interface LocalProgram {
  readonly program: ProgramReference
  /** Looked at for each attempt. */
  readonly files: ProgramFiles
}

/**
 * Returns the program of a sweep on this host: as it was sent with the sweep where hosts share the store, else as it is
 * here. Whether that is the version that the sweep trains, its files say before each attempt.
 *
 * @throws SwathError('program') if it was sent and is gone
 */
export async function localProgram(
  store: Store,
  { program_sha256 }: Pick<SweepRow, 'program_sha256'>,
  { program, sources: { folder, send } }: Pick<SweepSettings, 'program' | 'sources'>,
): Promise<LocalProgram> {
  if (program_sha256 === null) return { program, files: new ProgramFiles(undefined, folder) }
  const version = await keptProgram(store.db, program_sha256)
  if (version === undefined) throw new SwathError('program', 'the program that was kept with the sweep is gone')
  if (store.openQueue === undefined || send === false) return { program, files: new ProgramFiles(version, folder) }
  const unpacked = await unpackProgram(version, program, folder)
  return { program: unpacked.program, files: new ProgramFiles(version, unpacked.folder) }
}
