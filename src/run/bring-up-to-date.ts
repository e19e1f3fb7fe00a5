import type { SharedQueue } from '../queue/shared-queue.ts'
import { counted, firstOf } from '../report/enumerate.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { sweepById } from '../store/sweeps.ts'
import { countTrials } from '../store/trials.ts'
import type { SweepSettings } from '../sweep/definition.ts'
import type { NamedPoint } from '../sweep/points.ts'
import { waitsForNextRun } from '../sweep/settings-changes.ts'
import type { RunObserver } from './events.ts'
import { growSweep, lacksPoints } from './grow.ts'
import type { Layout } from './machine.ts'
import { withWorkers, type Machinery } from './machinery.ts'
import { bringNamedForward, thereAlready } from './named-points.ts'
import { isPlannedLater, Planner } from './planner.ts'
import type { MayGrow, PreparedSweep } from './prepare.ts'
import { updateSettings } from './update-settings.ts'

interface Update extends MayGrow {
  readonly store: Store
  /** The queue of a store that hosts share. */
  readonly shared: SharedQueue | undefined
  readonly sweep: SweepRow
  readonly prepared: PreparedSweep
  readonly layout: Layout
  /** Points to train before all others. */
  readonly named: readonly NamedPoint[]
  readonly observer: RunObserver
  readonly signal: AbortSignal
}

interface Updated {
  readonly sweep: SweepRow
  /** How many trials were added. */
  readonly added: number
  /** What the file changed, as `metric.goal: minimize → maximize`. */
  readonly changes: readonly string[]
}

/** Adds the points that a sweep lacks, those of its grid and enqueued ones, and updates its settings from the file. */
export async function bringUpToDate(update: Update): Promise<Updated> {
  const { store, sweep, prepared, layout, observer, named } = update
  const before = await countTrials(store.db, sweep.id)
  let changes: readonly string[]
  if (isPlannedLater(sweep)) {
    const { settings } = prepared
    changes = await updateAlone(update)
    if (named.length > 0) {
      await withWorkers(layout, settings, (machinery) => planNamed({ ...update, settings }, machinery))
    }
  } else {
    await bringNamedForward(store, sweep, named, observer)
    changes = (await lacksPoints(update)) ? await grow(update) : await updateAlone(update)
  }
  const added = (await countTrials(store.db, sweep.id)) - before
  if (added > 0) observer.note(`${sweep.name}: ${counted(added, 'trial')} more, behind the ${before} that it had.`)
  return { sweep: (await sweepById(store.db, sweep.id)) ?? sweep, added, changes }
}

async function updateAlone({ store, sweep, prepared }: Update): Promise<readonly string[]> {
  // A definition that another process has extended meanwhile is not taken back.
  const options = { at: store.now().toISOString(), mayGrow: false }
  const { changes } = await store.db
    .transaction()
    .execute((transaction) => updateSettings(transaction, sweep, prepared, options))
  return changes
}

async function grow(update: Update): Promise<readonly string[]> {
  const { layout, prepared, observer } = update
  const { outside, changes } = await withWorkers(layout, prepared.settings, (machinery) => growSweep(update, machinery))
  if (outside > 0) observer.note(`No longer in the grid, but they stay: ${counted(outside, 'trial')}.`)
  return changes
}

interface NamedPlanning {
  readonly store: Store
  readonly shared: SharedQueue | undefined
  readonly sweep: SweepRow
  readonly settings: SweepSettings
  readonly named: readonly NamedPoint[]
  readonly observer: Pick<RunObserver, 'note'>
}

/** Plans enqueued points of a sweep whose points are chosen one after another: they come before those planned later. */
export async function planNamed(
  { store, shared, sweep, settings, named, observer }: NamedPlanning,
  { pool, datasets }: Machinery,
): Promise<void> {
  if (named.length === 0 || !isPlannedLater(sweep)) return
  const queue = await shared?.of(sweep.id)
  const there = await new Planner({ store, sweep, settings, datasets, pool, queue }).planNamed(named)
  for (const trial of there) observer.note(thereAlready(trial))
}

/** Says what a file changed in the settings of its sweep, and from when it counts. @param holder runs the sweep now */
export function describeChanges(
  sweep: string,
  changes: readonly string[],
  holder: { readonly host: string; readonly pid: number } | undefined,
): string {
  const text = [`${sweep} takes over what its file changed:`, ...changes.map((change) => `  ${change}`)].join('\n')
  const waiting = changes.filter(waitsForNextRun).map((change) => change.slice(0, change.indexOf(':')))
  if (holder === undefined || waiting.length === 0) return text
  const process = `process ${holder.pid} on ${holder.host}`
  return `${text}\n${process} runs it now, and goes on without ${firstOf(waiting)} until it is started again.`
}
