import { hostname } from 'node:os'
import type { Kysely, Transaction } from 'kysely'
import type { StoredArtifact } from '../artifacts/artifacts.ts'
import { recordArtifact } from './artifacts.ts'
import { recordReports } from './reports.ts'
import type { Schema, SweepRow, TrialRow } from './schema.ts'
import { addKnownMetrics } from './sweep-metrics.ts'
import { defineSweepView } from './sweep-view.ts'
import { insertNamed } from './sweeps.ts'
import { writeViolations } from './violations.ts'
import { countTrials } from './trials.ts'
import { readableParameters } from './trial-parameters.ts'

/** A trial that was trained on from another one's checkpoint. */
export interface Retrained {
  readonly parent: TrialRow
  readonly parentSweep: SweepRow
  /** JSON of all that was asked for. */
  readonly detail: string
  readonly weightsSha256: string | null
  /** JSON of what computed it. */
  readonly runtime: string
  /** Before (epoch 0) and after (epoch 1). */
  readonly reports: readonly { readonly epoch: number; readonly [metric: string]: number }[]
  readonly startedAt: string
  readonly finishedAt: string
}

/**
 * Writes a retrained trial, all of it or nothing, in the sweep of all that were trained on from the same parent.
 * @param keep writes its checkpoint, when its id is known; a file that it wrote may stay behind when the store fails
 */
export async function storeRetrained(
  db: Kysely<Schema>,
  retrained: Retrained,
  keep: (trialId: number) => Promise<StoredArtifact>,
): Promise<{ readonly sweep: string; readonly trialId: number }> {
  const { parent, reports, startedAt, finishedAt } = retrained
  const made = await db.transaction().execute(async (transaction) => {
    const sweep = await sweepOfChildren(transaction, retrained)
    const earlier = await countTrials(transaction, sweep.id)
    const { params, parameter_count, flops } = parent
    const started = { started_at: startedAt, finished_at: finishedAt, host: hostname(), worker: 1 }
    await addKnownMetrics(
      transaction,
      sweep.id,
      'counted',
      (['flops', 'parameter_count'] as const).filter((name) => parent[name] !== null),
    )
    const { id } = await transaction
      .insertInto('trials')
      .values({
        ...{
          sweep_id: sweep.id,
          number: earlier + 1,
          params,
          repeat: earlier,
          seed: parent.seed,
          parameter_count,
          flops,
        },
        ...{ state: 'completed', attempt: 1, weights_sha256: retrained.weightsSha256, parent_id: parent.id },
        ...started,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await transaction
      .insertInto('attempts')
      .values({
        trial_id: id,
        attempt: 1,
        state: 'completed',
        pid: process.pid,
        runtime: retrained.runtime,
        ...started,
      })
      .execute()
    await recordReports(
      transaction,
      reports.map((report) => ({ sweepId: sweep.id, trialId: id, report })),
    )
    await writeViolations(transaction, sweep.id, [id])
    await transaction
      .insertInto('events')
      .values({ sweep_id: sweep.id, trial_id: id, at: finishedAt, kind: 'retrained', detail: retrained.detail })
      .execute()
    await recordArtifact(transaction, id, { ...(await keep(id)), epoch: reports.at(-1)?.epoch ?? 0 }, finishedAt)
    return { sweep, trialId: id }
  })
  const names = reports.flatMap((report) => Object.keys(report)).filter((name) => name !== 'epoch')
  await defineSweepView(db, made.sweep, Object.keys(readableParameters(parent)), [...new Set(names)].sort())
  return { sweep: made.sweep.name, trialId: made.trialId }
}

/** The sweep of a trial's retrained children; made with the first of them. */
async function sweepOfChildren(
  db: Transaction<Schema>,
  { parent, parentSweep, startedAt }: Retrained,
): Promise<SweepRow> {
  const name = `retrain-${parent.id}`
  const known = await db
    .selectFrom('sweeps')
    .selectAll()
    .where('file_name', '=', name)
    .where('method', '=', 'retrain')
    .executeTakeFirst()
  if (known !== undefined) return known
  const { program, definition, settings, seed, source, source_path } = parentSweep
  return insertNamed(db, {
    ...{ name, file_name: name, method: 'retrain', program },
    ...{ definition, settings, seed, source, source_path, created_at: startedAt, cancelled_at: null },
    description: `Trial ${parent.id} of ${parentSweep.name}, taught pictures`,
  })
}
