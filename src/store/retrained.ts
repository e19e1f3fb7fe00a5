import { hostname } from 'node:os'
import type { Kysely } from 'kysely'
import type { StoredArtifact } from '../artifacts/artifacts.ts'
import { recordArtifact, recordReports } from './changes.ts'
import { recordEvent } from './events.ts'
import type { Schema, SweepRow, TrialRow } from './schema.ts'
import { defineSweepView } from './sweep-view.ts'
import { freeSweepName } from './sweeps.ts'

/** A trial that was trained on from another one's checkpoint. */
export interface Retrained {
  readonly parent: TrialRow
  readonly parentSweep: SweepRow
  /** For people. */
  readonly description: string
  /** JSON of all that was asked for. */
  readonly detail: string
  readonly weightsSha256: string | null
  /** Before (epoch 0) and after (epoch 1). */
  readonly reports: readonly { readonly epoch: number; readonly [metric: string]: number }[]
  readonly startedAt: string
  readonly finishedAt: string
}

/**
 * Writes a retrained trial in a sweep of its own, all of it or nothing.
 * @param keep writes its checkpoint, when its id is known; a file that it wrote may stay behind when the store fails
 */
export async function storeRetrained(
  db: Kysely<Schema>,
  retrained: Retrained,
  keep: (trialId: number) => StoredArtifact,
): Promise<{ readonly sweep: string; readonly trialId: number }> {
  const { parent, parentSweep, reports, startedAt, finishedAt } = retrained
  const { program, definition, settings, seed } = parentSweep
  const made = await db.transaction().execute(async (transaction) => {
    const name = await freeSweepName(transaction, `retrain-${parent.id}`)
    const sweep = await transaction
      .insertInto('sweeps')
      .values({
        ...{ name, file_name: name, description: retrained.description, method: 'retrain', program },
        ...{ definition, settings, seed, created_at: startedAt, cancelled_at: null },
        ...{ source: retrained.detail, source_path: 'swath retrain' },
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    const { params, repeat, parameter_count, flops } = parent
    const started = { started_at: startedAt, finished_at: finishedAt, host: hostname(), worker: 1 }
    const { id } = await transaction
      .insertInto('trials')
      .values({
        ...{ sweep_id: sweep.id, number: 1, params, repeat, seed: parent.seed, parameter_count, flops },
        ...{ state: 'completed', attempt: 1, weights_sha256: retrained.weightsSha256, parent_id: parent.id },
        ...started,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await transaction
      .insertInto('attempts')
      .values({ trial_id: id, attempt: 1, state: 'completed', pid: process.pid, ...started })
      .execute()
    await recordReports(
      transaction,
      reports.map((report) => ({ trialId: id, report })),
    )
    await recordEvent(transaction, sweep.id, 'retrained', finishedAt, retrained.detail)
    await recordArtifact(transaction, id, keep(id), finishedAt)
    return { sweep, trialId: id }
  })
  const names = reports.flatMap((report) => Object.keys(report)).filter((name) => name !== 'epoch')
  await defineSweepView(db, made.sweep, Object.keys(JSON.parse(parent.params) as object), [...new Set(names)].sort())
  return { sweep: made.sweep.name, trialId: made.trialId }
}
