import type { Kysely } from 'kysely'

import { namesIn } from '../search/constraint.ts'
import { outside } from '../search/contains.ts'
import { copyPriorTrials } from '../store/prior-trials.ts'
import type { Schema, SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { sweepNamed, type AlongWithSweep } from '../store/sweeps.ts'
import { constraintsOf } from '../sweep/check-search.ts'
import { storedSettings } from '../sweep/definition.ts'
import { spaceOf } from '../sweep/space.ts'
import type { Objective } from '../stopping/rule.ts'
import type { RunObserver } from './events.ts'
import type { PreparedSweep } from './prepare.ts'

/** Known of a trial before it is trained. */
const costs = { flops: 'flops', parameter_count: 'parameter_count' } as const

/**
 * Returns what copies the completed trials of the sweeps that the file names under `warm_start`, in the transaction that
 * creates its sweep. The sweeps are checked before anything is described, and again in that transaction: they may have
 * been deleted or changed meanwhile.
 *
 * @throws SwathError('sweep-file') if there is no such sweep, or one that looks for something else
 */
export async function warmStartOf(
  store: Store,
  prepared: PreparedSweep,
  observer: Pick<RunObserver, 'note'>,
): Promise<AlongWithSweep | undefined> {
  const { definition } = prepared
  const { warm_start: names, objectives = [], parameters } = definition
  if (names === undefined) return undefined
  await sourcesOf(store.db, store, prepared)
  const space = spaceOf(parameters)
  const metrics = [...objectives.map(({ name }) => name), ...constraintsOf(definition).flatMap(namesIn)]
  return async (transaction, { id }) => {
    const sources = await sourcesOf(transaction, store, prepared)
    const { of, copied } = await copyPriorTrials(transaction, id, { sources, metrics }, (params, known) => {
      const isKnown = (name: string) =>
        name in costs ? known[name as keyof typeof costs] !== null : name in known.metrics
      return objectives.every(({ name }) => isKnown(name)) && outside(space, params).length === 0
    })
    observer.note(`warm_start: of ${of} completed trials of ${names.join(', ')} ${copied} lie in this space.`)
  }
}

async function sourcesOf(
  db: Kysely<Schema>,
  { location }: Pick<Store, 'location'>,
  { file, definition: { warm_start: names = [], objectives = [] } }: PreparedSweep,
): Promise<SweepRow[]> {
  const sources: SweepRow[] = []
  for (const [k, name] of names.entries()) {
    const path = Array.isArray(file.content.warm_start) ? ['warm_start', k] : ['warm_start']
    const sweep = await sweepNamed(db, name)
    if (sweep === undefined) throw file.source.error([{ path, message: `there is no sweep ${name} in ${location}` }])
    const its = storedSettings(sweep).objectives
    if (its.length > 0 && describe(its) !== describe(objectives)) {
      const message = `${name} looks for ${describe(its)}, this sweep for ${describe(objectives)}: nothing can be learned from it`
      throw file.source.error([{ path, message }])
    }
    sources.push(sweep)
  }
  return sources
}

function describe(objectives: readonly Objective[]): string {
  return objectives.map(({ name, goal }) => `${name} (${goal})`).join(' and ') || 'nothing'
}
