import { SwathError } from '../errors.ts'
import { programSha256 } from '../programs/reference.ts'
import { unpackProgram } from '../programs/sent-files.ts'
import { sentProgram } from '../store/programs.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { SweepDefinition, SweepSettings } from '../sweep/definition.ts'
import type { ProgramReference } from '../workers/protocol.ts'

/**
 * The program of a sweep on this host: as it was sent with the sweep, or as it is here, if it is the same.
 *
 * @throws SwathError('program')
 */
export async function localProgram(
  store: Store,
  sweep: SweepRow,
  { program, sent }: SweepSettings,
): Promise<ProgramReference> {
  if (sent !== null) {
    const files = await sentProgram(store.db, sent.sha256)
    if (files === undefined) throw new SwathError('program', 'the program that was sent with the sweep is gone')
    return unpackProgram(files, program, sent.folder)
  }
  const { program_sha256 } = JSON.parse(sweep.definition) as SweepDefinition
  if (programSha256(program) === program_sha256) return program
  throw new SwathError('program', 'the program on this host is not the one that the sweep was planned with')
}
