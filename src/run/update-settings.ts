import type { Transaction } from 'kysely'

import { SwathError } from '../errors.ts'
import { recordEvent } from '../store/events.ts'
import type { Schema, SweepRow } from '../store/schema.ts'
import { writeSweepMetrics } from '../store/recount.ts'
import { sweepById } from '../store/sweeps.ts'
import { storedSettings } from '../sweep/definition.ts'
import { settingsChanges } from '../sweep/settings-changes.ts'
import { readingRules } from '../sweep/stored.ts'
import { refuseOtherDefinition, type MayGrow, type PreparedSweep } from './prepare.ts'

interface Updating extends MayGrow {
  readonly at: string
}

/**
 * Writes all that a sweep file says to the sweep that it continues: source, description and settings, a definition that
 * has grown, and how metrics are read by these from now on. The one place that changes any of them.
 *
 * @returns the sweep as it was, and the changed settings, as `metric.goal: minimize → maximize`
 * @throws SwathError('sweep-changed') if the sweep has another definition by now, SwathError('not-found') if it is gone
 */
export async function updateSettings(
  transaction: Transaction<Schema>,
  { id, name }: Pick<SweepRow, 'id' | 'name'>,
  prepared: PreparedSweep,
  { at, mayGrow }: Updating,
): Promise<{ readonly sweep: SweepRow; readonly changes: readonly string[] }> {
  const sweep = await sweepById(transaction, id)
  if (sweep === undefined) {
    throw new SwathError('not-found', `${name} was deleted while it was being started`, {
      hint: 'run the file again: that starts a new sweep',
    })
  }
  refuseOtherDefinition(sweep, prepared, { mayGrow })
  const { file, settings } = prepared
  const definition = JSON.stringify(prepared.definition)
  const { description = null } = file.content
  const changes = settingsChanges(
    { description: sweep.description, settings: storedSettings(sweep) },
    { description, settings },
  )
  const written = { definition, description, settings: JSON.stringify(settings) }
  const { text: source, path: source_path } = file.source
  await transaction
    .updateTable('sweeps')
    .set({ ...written, source, source_path })
    .where('id', '=', id)
    .execute()
  await writeSweepMetrics(transaction, id, readingRules({ name, ...written }))
  if (changes.length > 0) await recordEvent(transaction, id, 'settings changed', at, changes.join('; '))
  return { sweep, changes }
}
