import type { Parameters, Report } from '../../programs/program.ts'
import { mostTellingFirst } from '../../metrics/goal.ts'
import { formatDuration, formatMetric } from '../../report/format.ts'
import { titleOf } from '../../report/pareto-table.ts'
import type { RunHeader } from '../../run/events.ts'
import type { TrialFailure, TrialOutcome } from '../../workers/protocol.ts'

/** `depth 2, width 512` */
export function describeParameters(params: Parameters): string {
  return Object.entries(params)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : shown(value)}`)
    .join(', ')
}

/** As JSON, but of the sixteen digits of a number that was drawn the four that tell it apart. */
export function shown(value: Parameters[string]): string {
  if (typeof value === 'object' || typeof value === 'string') return JSON.stringify(value)
  const isDrawn = typeof value === 'number' && !Number.isInteger(value)
  return String(isDrawn ? Number(value.toPrecision(4)) : value)
}

/** `val accuracy 96.31 %` */
export function describeMetric(name: string, value: number): string {
  return `${titleOf(name)} ${formatMetric(name, value)}`
}

/** Returns the metrics of a report that say most: three will do. */
export function describeReport(report: Report | undefined, objectives: readonly string[], most = 3): string {
  const { epoch, ...metrics } = report ?? { epoch: 0 }
  return mostTellingFirst(Object.keys(metrics), objectives)
    .slice(0, most)
    .map((name) => describeMetric(name, metrics[name] ?? NaN))
    .join(', ')
}

/** `completed after 3.2 s`, `failed after 1.1 s: why`, `stopped at epoch 3: why (after 2.4 s)` */
export function describeOutcome(outcome: TrialOutcome, seconds: number): string {
  if (outcome.status === 'stopped' && outcome.reason !== undefined) {
    return `${outcome.reason} (after ${formatDuration(seconds)})`
  }
  const reason = outcome.status === 'failed' ? `: ${outcome.failure.message}` : ''
  return `${outcome.status} after ${formatDuration(seconds)}${reason}`
}

/** `failed, to be tried again: why` */
export function describePostponed({ message }: TrialFailure): string {
  return `failed, to be tried again: ${message}`
}

/** What a run is about to do, a fact a line. */
export function describeHeader(header: RunHeader): [name: string, value: string][] {
  const { sweep, trials, done, workers, coresPerTrial, runtime, store } = header
  const cores = `each on ${coresPerTrial} core${coresPerTrial === 1 ? '' : 's'} of its own`
  return [
    ['sweep', sweep],
    ['trials', done === 0 ? String(trials) : `${trials}, of which ${done} are done`],
    ['workers', `${workers}, ${coresPerTrial === 0 ? 'which share all cores' : cores}`],
    ...(runtime === undefined ? [] : [['runtime', runtime] as [string, string]]),
    ['results', store],
  ]
}

/** `about 2 min 10 s to go`, or that nobody knows yet. */
export function describeTimeToGo(seconds: number | undefined): string {
  return seconds === undefined
    ? 'time to go not known yet'
    : `about ${formatDuration(Math.max(Math.round(seconds), 1)).replace('.00', '')} to go`
}
