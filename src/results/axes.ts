import { SwathError } from '../errors.ts'
import { costOf, metricNamed, objectivesOf, type SweepMetric } from '../metrics/catalogue.ts'
import type { Goal } from '../metrics/goal.ts'
import { nearest, nearestNames } from '../nearest.ts'
import type { Parameters } from '../programs/program.ts'
import { findAxisSource, type AxisSource } from '../store/axis-source.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { sweepMetrics } from '../store/sweep-metrics.ts'
import { trialsOf } from '../store/trials.ts'
import { readableParameters } from '../store/trial-parameters.ts'

/** What `--x` and `--y` say. */
export interface AxisOptions {
  readonly x?: string | undefined
  readonly y?: string | undefined
}

/** A number of each point: a metric, a cost that was counted, or a parameter. */
export interface Axis {
  readonly key: string
  readonly goal: Goal
  readonly source: AxisSource
  /** How it is read if it is no parameter. */
  readonly metric: SweepMetric | undefined
}

/**
 * Returns the axes of a sweep's results: the cost, then the objective. The objective alone if nothing is known of costs,
 * nothing if no completed trial has the objective.
 * @throws SwathError('usage') for a name in the options that no completed trial has
 */
export async function chooseAxes(store: Store, sweep: SweepRow, { x, y }: AxisOptions): Promise<Axis[]> {
  const metrics = await sweepMetrics(store.db, sweep.id)
  const [first, second] = objectivesOf(metrics)
  if (y === undefined && (first === undefined || !metrics.some(({ reported, counted }) => reported + counted > 0)))
    return []
  const axisOf = async (text: string, isRequired: boolean): Promise<Axis[]> => {
    const { key, goal } = parseAxis(text)
    const source = await findAxisSource(store.db, sweep.id, key)
    if (source === undefined && isRequired) throw await unknownAxis(store, sweep, key, metrics)
    if (source === undefined) return []
    const metric = source === 'parameter' ? undefined : metricNamed(metrics, key)
    return [{ key, goal: goal ?? metricNamed(metrics, key).goal, source, metric }]
  }
  const cost = x ?? second?.name ?? costOf(metrics)?.name
  const [gain] = await axisOf(y ?? first?.name ?? '', y !== undefined)
  if (gain === undefined) return []
  return [...(cost === undefined ? [] : await axisOf(cost, x !== undefined)), gain]
}

/** `name`, or `-name` to minimize and `+name` to maximize it. */
function parseAxis(text: string): { readonly key: string; readonly goal: Goal | undefined } {
  const [, sign, key = text] = /^([+-])(.+)$/.exec(text) ?? []
  return { key, goal: sign === undefined ? undefined : sign === '-' ? 'minimize' : 'maximize' }
}

async function unknownAxis(
  store: Store,
  sweep: SweepRow,
  key: string,
  metrics: readonly SweepMetric[],
): Promise<SwathError> {
  const [trial] = await trialsOf(store.db, sweep.id, 1)
  const parameters = numericParameters(readableParameters(trial ?? { params: '{}' }))
  const reported = metrics.filter((metric) => metric.reported === 1 || metric.counted === 1).map(({ name }) => name)
  const known = [...new Set([...reported, ...parameters])]
  if (known.length === 0 || known.includes(key))
    return new SwathError('usage', `no completed trial of ${sweep.name} has ${key}`)
  return new SwathError('usage', `no completed trial has ${key}; did you mean ${nearest(key, known)}?`, {
    hint: nearestNames(key, known),
  })
}

function numericParameters(params: Parameters): string[] {
  return Object.entries(params).flatMap(([name, value]) => (typeof value === 'number' ? [name] : []))
}
