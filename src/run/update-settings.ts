import type { Transaction } from 'kysely'

import { SwathError } from '../errors.ts'
import { recordEvent } from '../store/events.ts'
import { keepProgram } from '../store/programs.ts'
import type { Schema, SweepRow } from '../store/schema.ts'
import { sweepById } from '../store/sweeps.ts'
import { storedSettings } from '../sweep/definition.ts'
import { settingsChanges } from '../sweep/settings-changes.ts'
import { refuseOtherDefinition, type MayGrow, type PreparedSweep } from './prepare.ts'

interface Updating extends MayGrow {
  readonly at: string
  /** Whether hosts share the store: they train the program that is sent with the sweep. */
  readonly isShared: boolean
}

/**
 * Writes all that a sweep file says besides the definition of its sweep: source, description and settings. The rest of
 * the transaction may rely on the sweep being there and of a definition that the file may continue.
 *
 * @returns the changed keys, as `metric.goal: minimize → maximize`
 * @throws SwathError('sweep-changed') if the sweep has another definition by now, SwathError('not-found') if it is gone
 */
export async function updateSettings(
  transaction: Transaction<Schema>,
  { id, name }: Pick<SweepRow, 'id' | 'name'>,
  prepared: PreparedSweep,
  { at, mayGrow, isShared }: Updating,
): Promise<{ readonly sweep: SweepRow; readonly changes: readonly string[] }> {
  const sweep = await sweepById(transaction, id)
  if (sweep === undefined) {
    throw new SwathError('not-found', `${name} was deleted while it was being started`, {
      hint: 'run the file again: that starts a new sweep',
    })
  }
  refuseOtherDefinition(sweep, prepared, { mayGrow })
  const { file, settings, sent } = prepared
  const { description = null } = file.content
  const changes = settingsChanges(
    { description: sweep.description, settings: storedSettings(sweep) },
    { description, settings },
  )
  const written = { description, settings: JSON.stringify(settings), source: file.source.text }
  await transaction
    .updateTable('sweeps')
    .set({ ...written, source_path: file.source.path })
    .where('id', '=', id)
    .execute()
  if (isShared && sent !== undefined) await keepProgram(transaction, sent, at)
  if (changes.length > 0) await recordEvent(transaction, id, 'settings changed', at, changes.join('; '))
  return { sweep, changes }
}
