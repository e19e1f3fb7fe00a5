import { applyChanges } from '../../src/store/changes.ts'
import type { SweepRow, TrialState } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { metricNamesOf } from '../../src/store/sweep-metrics.ts'
import { defineSweepView } from '../../src/store/sweep-view.ts'
import { createSweep } from '../../src/store/sweeps.ts'
import { trialsOf } from '../../src/store/trials.ts'
import type { ReadObjective } from '../../src/stopping/rule.ts'
import { canonicalJson } from '../../src/sweep/seed.ts'
import { end, report, start } from '../store/change-of.ts'

interface MadeTrial {
  readonly state: TrialState
  readonly reports: readonly Readonly<Record<string, number>>[]
}

export interface MadeSweep {
  readonly name: string
  readonly repeat: number
  readonly objectives?: readonly ReadObjective[]
  readonly reductions?: Readonly<Record<string, 'last' | 'best' | 'mean'>>
  readonly constraints?: readonly string[]
  readonly parameters: Readonly<Record<string, object>>
  readonly points: readonly {
    readonly params: Readonly<Record<string, number>>
    readonly flops?: number | null
    readonly trials: readonly MadeTrial[]
  }[]
}

/** Writes a sweep as a run writes it: planned, started, reported, ended; then defines its views. */
export async function makeSweep(store: Store, made: MadeSweep): Promise<SweepRow> {
  const { name, repeat, objectives = [], reductions = {}, constraints, parameters, points } = made
  const sweep = await createSweep(
    store.db,
    {
      ...{ name, file_name: name, description: null, method: 'grid', program: 'p.py', seed: 0, cancelled_at: null },
      ...{ definition: JSON.stringify({ parameters, repeat, ...(constraints && { constraints }) }), source: '' },
      ...{ settings: JSON.stringify({ objectives, reductions }), source_path: `${name}.yaml` },
      created_at: '2026-01-01T00:00:00.000Z',
    },
    points.flatMap(({ params, flops = null, trials }, k) =>
      trials.map((_, seed) => ({
        ...{ number: k * repeat + seed + 1, params: canonicalJson(params), repeat: seed, seed },
        ...{ parameter_count: null, flops },
      })),
    ),
  )
  const all = points.flatMap(({ trials }) => trials)
  const rows = await trialsOf(store.db, sweep.id)
  await applyChanges(
    store.db,
    rows.flatMap(({ id }, k) => {
      const { state, reports }: MadeTrial = all[k] ?? { state: 'queued', reports: [] }
      if (state === 'queued') return []
      const told = reports.map((metrics, epoch) => report(id, { ...metrics, epoch: epoch + 1 }))
      return [start(id), ...told, ...(state === 'running' ? [] : [end(id, state)])]
    }),
  )
  const names = [...new Set(points.flatMap(({ params }) => Object.keys(params)))].sort()
  await defineSweepView(store.db, sweep, names, await metricNamesOf(store.db, sweep.id))
  return sweep
}
