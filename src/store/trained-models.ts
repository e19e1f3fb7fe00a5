import type { Kysely } from 'kysely'

import type { Parameters } from '../programs/program.ts'
import type { Schema } from './schema.ts'
import { readableParameters } from './trial-parameters.ts'

/** A trial that has kept its trained model. */
export interface TrainedModelRow {
  readonly trial: number
  readonly sweep: string
  readonly params: Parameters
  readonly flops: number | null
  readonly test_accuracy: number | null
  /** The trial that it was taught from. */
  readonly parent: number | null
}

const mostModels = 500

/** The best ones by test accuracy first. */
export async function trainedModels(db: Kysely<Schema>, sweep: string | undefined): Promise<TrainedModelRow[]> {
  const all = db
    .selectFrom('trials as t')
    .innerJoin('sweeps as s', 's.id', 't.sweep_id')
    .leftJoin('final_metrics as m', (join) => join.onRef('m.trial_id', '=', 't.id').on('m.name', '=', 'test_accuracy'))
    .select([
      't.id as trial',
      's.name as sweep',
      't.params',
      't.flops',
      'm.value as test_accuracy',
      't.parent_id as parent',
    ])
    .where((trial) =>
      trial.exists(
        trial
          .selectFrom('artifacts as a')
          .select('a.id')
          .whereRef('a.trial_id', '=', 't.id')
          .where('a.kind', '!=', 'folder'),
      ),
    )
    .where('t.state', '=', 'completed')
  const rows = await (sweep === undefined ? all : all.where('s.name', '=', sweep))
    .orderBy((trial) => trial.fn.coalesce('m.value', trial.val(-1)), 'desc')
    .orderBy('t.id')
    .limit(mostModels)
    .execute()
  return rows.map((row) => ({ ...row, params: readableParameters(row) }))
}
