import type { SharedQueue } from '../queue/shared-queue.ts'
import { outside } from '../search/contains.ts'
import { counted } from '../report/enumerate.ts'
import { recordEvent } from '../store/events.ts'
import { addPlanned } from '../store/observations.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { defineSweepView } from '../store/sweep-view.ts'
import { metricNamesOf } from '../store/sweep-metrics.ts'
import { countTrials, plannedPoints } from '../store/trials.ts'
import { differences, trialsWanted } from '../sweep/definition.ts'
import { storedDefinition } from '../sweep/stored.ts'
import { trialsOfPoint, type PlannedTrial } from '../sweep/plan.ts'
import type { NamedPoint } from '../sweep/points.ts'
import { parameterNames, spaceOf } from '../sweep/space.ts'
import { describeTrials } from './describe.ts'
import type { Machinery } from './machinery.ts'
import { rowsOf, type PreparedSweep } from './prepare.ts'
import { updateSettings } from './update-settings.ts'
import { readableParameters } from '../store/trial-parameters.ts'

/** What a grid has become. */
export interface Growth {
  /** Points that the sweep has and its grid has no longer: they stay. */
  readonly outside: number
  /** What else the file changed, as {@link updateSettings} returns it. */
  readonly changes: readonly string[]
}

interface Growing {
  readonly store: Store
  readonly sweep: SweepRow
  readonly prepared: PreparedSweep
  readonly named: readonly NamedPoint[]
  readonly mayGrow: boolean
  readonly shared?: SharedQueue | undefined
  readonly signal: AbortSignal
}

/** True if the sweep lacks some of its grid's points, or of those that somebody named, or is to have another grid. */
export async function lacksPoints({
  store,
  sweep,
  prepared,
  named,
}: Pick<Growing, 'store' | 'sweep' | 'prepared' | 'named'>): Promise<boolean> {
  if (changesOf(sweep, prepared).length > 0) return true
  // A large one need not be gone through each time.
  if (named.length === 0 && (await countTrials(store.db, sweep.id)) >= prepared.plan.size) return false
  const { points } = await plannedPoints(store.db, sweep.id)
  const [missing] = missingTrials(prepared, named, points)
  return missing !== undefined
}

/**
 * Adds the points of its grid that a sweep does not have yet, behind those that it has, which stay as they are: in one
 * transaction with its new definition and settings. Of two processes that extend a sweep at once the second continues
 * from what the first wrote.
 */
export async function growSweep(
  { store, sweep, prepared, named, mayGrow, shared, signal }: Growing,
  machinery: Machinery,
): Promise<Growth> {
  const { file, definition, settings } = prepared
  const queue = await shared?.of(sweep.id)
  const space = spaceOf(definition.parameters)
  for (;;) {
    const { points, last } = await plannedPoints(store.db, sweep.id)
    const missing = missingTrials(prepared, named, points).map((trial, k) => ({ ...trial, number: last + k + 1 }))
    const trials = await describeTrials(machinery, file, settings.program, missing, signal)
    const written = { definition: sweep.definition, outside: 0, changes: [] as readonly string[] }
    const ids = await addPlanned(store.db, sweep.id, [...rowsOf(trials)], {
      ...{ after: last, queue },
      async besides(transaction) {
        const at = store.now().toISOString()
        const updated = await updateSettings(transaction, sweep, prepared, { at, mayGrow })
        written.changes = updated.changes
        written.definition = updated.sweep.definition
        const changes = changesOf(updated.sweep, prepared)
        if (changes.length === 0) return
        const gone = points.filter(({ params }) => outside(space, readableParameters({ params })).length > 0).length
        written.outside = gone
        const detail = [
          `${counted(trials.length, 'trial')} more`,
          ...changes,
          ...(gone > 0 ? [`${gone} are no longer in the grid`] : []),
        ]
        await recordEvent(transaction, sweep.id, 'extended', at, detail.join('; '))
      },
    })
    // Another process has added trials meanwhile: those keep their numbers.
    if (ids === undefined) continue
    const { parameters } = storedDefinition(written)
    const names = [...new Set([...parameterNames(parameters), ...parameterNames(definition.parameters)])].sort()
    if (written.definition !== JSON.stringify(definition)) {
      await defineSweepView(store.db, sweep, names, await metricNamesOf(store.db, sweep.id))
    }
    return { outside: written.outside, changes: written.changes }
  }
}

/** Of a grid: those that somebody named first, then as many others as it may have. */
export function missingTrials(
  { plan, definition, file }: Pick<PreparedSweep, 'plan' | 'definition' | 'file'>,
  named: readonly NamedPoint[],
  there: readonly { readonly params: string; readonly repeat: number }[],
): Omit<PlannedTrial, 'number'>[] {
  const known = new Set(there.map(({ params, repeat }) => `${repeat} ${params}`))
  const missing: Omit<PlannedTrial, 'number'>[] = []
  const add = (trial: Omit<PlannedTrial, 'number'>) => {
    const key = `${trial.repeat} ${trial.key}`
    if (known.has(key)) return
    known.add(key)
    missing.push(trial)
  }
  for (const { params } of named)
    for (const trial of trialsOfPoint(definition, params)) add({ ...trial, enqueued: true })
  const most = trialsWanted(file.content)
  for (const trial of plan.trials()) {
    if (there.length + missing.length >= most) break
    add(trial)
  }
  return missing
}

function changesOf({ definition }: SweepRow, { definition: now }: PreparedSweep): string[] {
  return differences(storedDefinition({ definition }), now)
}
