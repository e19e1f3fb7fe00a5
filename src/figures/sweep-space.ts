import { grid } from '../search/grid.ts'
import { progressOf, newestSweepOfFile } from '../store/sweeps.ts'
import type { SweepRow, TrialRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { namedTrialWith, trialsOfKey } from '../store/trials.ts'
import type { Parameters } from '../programs/program.ts'
import type { SweepDefinition } from '../sweep/definition.ts'
import { storedDefinition } from '../sweep/stored.ts'
import { pointFields, type PointField } from '../sweep/point-fields.ts'
import { mistakesIn } from '../sweep/points.ts'
import { canonicalJson } from '../sweep/seed.ts'
import { spaceOf } from '../sweep/space.ts'

/** What a point of a sweep may be. */
export interface SweepSpace {
  readonly fields: readonly PointField[]
  /** What is left out its method fills in; of a grid nothing may be. */
  readonly mayLeaveOut: boolean
  /** Why the sweep takes no point of one's own; null if it does. */
  readonly refusal: string | null
}

export async function sweepSpace(store: Store, sweep: SweepRow): Promise<SweepSpace> {
  const { parameters, method } = definitionOf(sweep)
  return {
    fields: pointFields(parameters),
    mayLeaveOut: method !== 'grid',
    refusal: await refusalOf(store, sweep),
  }
}

async function refusalOf(store: Store, sweep: SweepRow): Promise<string | null> {
  const newest = await newestSweepOfFile(store.db, sweep.file_name)
  if (newest !== undefined && newest.id !== sweep.id) {
    return `${sweep.name} is over: the newest sweep of its file is ${newest.name}, and points go to that one.`
  }
  const { parameters, method, repeat } = definitionOf(sweep)
  if (method !== 'grid') return null
  const { trials, queued } = await progressOf(store.db, sweep.id)
  if (queued > 0 || trials < grid.count(spaceOf(parameters)) * repeat) return null
  return 'Every point of this grid is a trial already. With other values in its file, `swath run FILE --extend` trains those.'
}

/** What is wrong with a point, and the trial that it is already, if it is one. */
export interface CheckedPoint {
  readonly mistakes: readonly { readonly parameter: string; readonly message: string }[]
  readonly trial: Pick<TrialRow, 'id' | 'state'> | null
}

export async function checkPoint({ db }: Store, sweep: SweepRow, params: Parameters): Promise<CheckedPoint> {
  const mistakes = mistakesIn(params, definitionOf(sweep)).map(({ parameter, message }) => ({ parameter, message }))
  if (mistakes.length > 0) return { mistakes, trial: null }
  const [trial] = await trialsOfKey(db, sweep.id, canonicalJson(params))
  const there = trial ?? (sweep.method === 'grid' ? undefined : await namedTrialWith(db, sweep.id, params))
  return { mistakes, trial: there === undefined ? null : { id: there.id, state: there.state } }
}

function definitionOf(sweep: SweepRow): SweepDefinition {
  return storedDefinition(sweep)
}
