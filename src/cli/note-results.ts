import { likeliest } from '../nearest.ts'
import { counted, firstOf } from '../report/enumerate.ts'
import type { SweepRow } from '../store/schema.ts'
import { lackingObjectives, type LackingObjectives } from '../store/lacking-objectives.ts'
import type { Store } from '../store/store.ts'

const mostNames = 20

/** Tells people what a table of results leaves out or overlooks. */
export async function noteResults(
  store: Store,
  sweep: Pick<SweepRow, 'id'>,
  { withoutObjective, noneFeasible }: { readonly withoutObjective: number; readonly noneFeasible: boolean },
): Promise<void> {
  if (noneFeasible) process.stdout.write('No point satisfies the constraints: they are ignored here.\n')
  if (withoutObjective === 0) return
  const text = lackingText(await lackingObjectives(store.db, sweep.id))
  if (text !== undefined) process.stdout.write(`${text}\n`)
}

/** Returns how many completed trials lack an objective, and what they have reported instead; undefined if none does. */
export function lackingText({ completed, lacking, ids, names, instead }: LackingObjectives): string | undefined {
  if (lacking === 0) return undefined
  const which =
    lacking === completed
      ? completed === 1
        ? 'The completed trial has'
        : `All ${completed} completed trials have`
      : `${lacking} of ${counted(completed, 'completed trial')} (${ids.join(', ')}${lacking > ids.length ? ', …' : ''}) ${lacking === 1 ? 'has' : 'have'}`
  const counts = lacking === 1 ? 'counts' : 'count'
  const meant = names.length === 1 ? likeliest(names[0] ?? '', instead) : undefined
  return [
    `${which} not reported ${names.join(' or ')}, ${names.length === 1 ? "the sweep's objective" : 'objectives of the sweep'}, and ${counts} for no point.`,
    instead.length === 0 ? 'No other metric was reported.' : `Reported instead: ${firstOf(instead, mostNames)}.`,
    ...(meant === undefined ? [] : [`Did you mean ${meant}?`]),
  ].join(' ')
}
