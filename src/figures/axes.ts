import { SwathError } from '../errors.ts'
import { nearest, nearestNames } from '../nearest.ts'
import type { Parameters } from '../programs/program.ts'
import { goalByName, type Axis } from '../report/pareto.ts'
import { findAxisSource, type FoundAxis } from '../store/front.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { metricNamesOf } from '../store/sweep-metrics.ts'
import { trialsOf } from '../store/trials.ts'
import { storedSettings } from '../sweep/definition.ts'

/** What `--x` and `--y` say. */
export interface AxisOptions {
  readonly x?: string | undefined
  readonly y?: string | undefined
}

/**
 * The cost first, then the gain; the gain alone where trials have no FLOPs, nothing where they have reported nothing.
 * Throws SwathError('usage') for a name that no completed trial has.
 */
export async function chooseAxes(store: Store, sweep: SweepRow, { x, y }: AxisOptions): Promise<FoundAxis[]> {
  const { objectives } = storedSettings(sweep)
  const [first, second] = objectives
  const find = async (axis: Axis): Promise<FoundAxis | undefined> => {
    const source = await findAxisSource(store.db, sweep.id, axis.key)
    return source && { ...axis, source }
  }
  const gain = parseAxis(y ?? first?.name ?? (await firstOf(store, sweep, find)))
  const cost = parseAxis(x ?? second?.name ?? 'flops')
  const found: FoundAxis[] = []
  for (const axis of [cost, gain]) {
    const own = (axis === gain ? y : x) === undefined ? objectives.find(({ name }) => name === axis.key) : undefined
    const known = await find(own === undefined ? axis : { ...axis, goal: own.goal })
    if (known !== undefined) found.push(known)
    else if (axis === gain || x !== undefined || second !== undefined) {
      const metrics = await metricNamesOf(store.db, sweep.id)
      if (metrics.length === 0 && y === undefined) return []
      throw await unknownAxis(store, sweep, axis.key, metrics)
    }
  }
  return found
}

/** The best known metric that there is, or any. */
async function firstOf(
  store: Store,
  sweep: SweepRow,
  find: (axis: Axis) => Promise<FoundAxis | undefined>,
): Promise<string> {
  for (const known of ['test_accuracy', 'val_accuracy', 'val_loss']) {
    if ((await find(parseAxis(known))) !== undefined) return known
  }
  for (const name of await metricNamesOf(store.db, sweep.id)) {
    if ((await find(parseAxis(name))) !== undefined) return name
  }
  return 'test_accuracy'
}

async function unknownAxis(
  store: Store,
  sweep: SweepRow,
  key: string,
  metrics: readonly string[],
): Promise<SwathError> {
  const [trial] = await trialsOf(store.db, sweep.id, 1)
  const parameters = numericParameters(JSON.parse(trial?.params ?? '{}') as Parameters)
  const known = [...new Set([...Object.keys(parameters), 'parameter_count', 'flops', ...metrics])]
  return new SwathError('usage', `no completed trial has ${key}; did you mean ${nearest(key, known)}?`, {
    hint: nearestNames(key, known),
  })
}

export function numericParameters(params: Parameters): Record<string, number> {
  return Object.fromEntries(
    Object.entries(params).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  )
}

/** `name`, or `-name` to minimize and `+name` to maximize it. */
function parseAxis(text: string): Axis {
  const [, sign, key = text] = /^([+-])(.+)$/.exec(text) ?? []
  return { key, goal: sign === undefined ? goalByName(key) : sign === '-' ? 'minimize' : 'maximize' }
}
