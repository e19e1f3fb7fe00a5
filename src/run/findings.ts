import { History, type Imputing } from '../search/history.ts'
import type { Observation } from '../search/search.ts'
import type { SearchSpace } from '../search/space.ts'
import { observe, type ObservedRow } from '../store/observations.ts'
import { priorTrials } from '../store/prior-trials.ts'
import type { Store } from '../store/store.ts'
import type { SweepDefinition } from '../sweep/definition.ts'
import { constraintsOf } from '../sweep/check-search.ts'
import type { SweepMetric } from '../metrics/catalogue.ts'
import { meanOf } from '../metrics/mean.ts'
import { violationOf } from '../metrics/violation.ts'
import type { Constraint } from '../search/constraint.ts'
import { countedCost } from '../store/violations.ts'
import { parameterNames } from '../sweep/space.ts'
import { searchMetrics } from './search-metrics.ts'
import type { Objective } from '../stopping/rule.ts'
import { storedParameters } from '../store/trial-parameters.ts'

const over: ReadonlySet<ObservedRow['state']> = new Set(['completed', 'stopped', 'failed', 'cancelled'])

/** What a sweep's rows say to its search method, read as they change. Trials of one point, with seeds of their own, are one. */
export class Findings {
  readonly history: History
  /** Of all points that are planned. */
  readonly keys = new Set<string>()
  readonly #store: Store
  readonly #sweepId: number
  readonly #objectives: readonly Objective[]
  readonly #constraints: readonly Constraint[]
  readonly #metrics: readonly SweepMetric[]
  readonly #parameters: ReadonlySet<string>
  readonly #repeat: number
  /** Trials that are not over, and all others of their points. */
  readonly #open = new Map<number, Map<number, ObservedRow>>()
  #trials = 0
  /** By objective: whether a trial has reported it. */
  readonly #isReported: boolean[]
  #completed = 0
  readonly #impute: Imputing | undefined
  #hasPrior = false

  constructor(store: Store, sweepId: number, space: SearchSpace, definition: SweepDefinition) {
    const { objectives = [], repeat, impute } = definition
    this.#impute = impute
    this.#constraints = constraintsOf(definition)
    this.#metrics = searchMetrics(definition)
    this.#parameters = new Set(parameterNames(definition.parameters))
    this.#isReported = objectives.map(() => false)
    this.history = new History(space, objectives.length)
    this.#store = store
    this.#sweepId = sweepId
    this.#objectives = objectives
    this.#repeat = repeat
  }

  /** How many trials are planned. */
  get trials(): number {
    return this.#trials
  }

  /** An objective that trials have completed without: nothing can be learned from them. */
  get unreported(): string | undefined {
    return this.#completed === 0 ? undefined : this.#objectives.find((_, k) => this.#isReported[k] !== true)?.name
  }

  async look(): Promise<void> {
    if (!this.#hasPrior) await this.#beginWithPrior()
    const ids = [...this.#open.values()].flatMap((trials) =>
      [...trials.values()].filter(({ state }) => !over.has(state)).map(({ id }) => id),
    )
    const rows = await observe(this.#store.db, this.#sweepId, {
      ...{ after: this.#trials, ids },
      metrics: this.#metrics,
    })
    const changed = new Set<number>()
    for (const row of rows) {
      const point = Math.ceil(row.number / this.#repeat)
      const trials = this.#open.get(point) ?? new Map<number, ObservedRow>()
      this.#open.set(point, trials.set(row.repeat, row))
      this.#trials = Math.max(this.#trials, row.number)
      this.keys.add(row.params)
      changed.add(point)
    }
    for (const point of [...changed].sort((a, b) => a - b))
      this.#record(point, [...(this.#open.get(point)?.values() ?? [])])
  }

  /** Trials of other sweeps come before all of this one's, and are known points; none is counted. */
  async #beginWithPrior(): Promise<void> {
    const points = new Map<string, ObservedRow[]>()
    for (const row of await priorTrials(this.#store.db, this.#sweepId)) {
      points.set(row.params, [...(points.get(row.params) ?? []), row])
    }
    for (const [params, [first, ...others]] of points) {
      if (first === undefined) continue
      this.keys.add(params)
      this.history.record({ number: first.number, state: 'completed', ...this.#known([first, ...others], 'latest') })
    }
    this.#hasPrior = true
  }

  #record(number: number, trials: readonly ObservedRow[]): void {
    const [first] = trials
    if (first === undefined) return
    const isOver = trials.length === this.#repeat && trials.every(({ state }) => over.has(state))
    if (isOver) this.#open.delete(number)
    const state = stateOf(trials, isOver)
    const known = this.#known([first, ...trials.slice(1)], 'latest')
    for (const [k, value] of known.values.entries()) if (value !== undefined) this.#isReported[k] = true
    if (state === 'completed') this.#completed++
    const imputed = state === 'failed' ? this.#impute?.failed : state === 'running' ? this.#impute?.running : undefined
    const isImputed = (imputed === 'latest' || imputed === 'best') && known.values.every((value) => value !== undefined)
    if (!isImputed) this.history.record({ number, state, ...known })
    else this.history.record({ number, state: 'completed', ...this.#known([first, ...trials.slice(1)], imputed) })
  }

  /** What a method may learn of a point: from the trials that count, as every reader of results; from all if none does. */
  #known(trials: readonly [ObservedRow, ...ObservedRow[]], which: 'latest' | 'best') {
    const counting = trials.filter((trial) => trial.state === 'completed' && this.#hasAll(trial))
    const judged = which === 'latest' && counting.length > 0 ? counting : trials
    return {
      point: storedParameters(trials[0]),
      values: this.#objectives.map((objective) => valueOver(judged, objective, which)),
      // For several seeds the largest counts; what is not known yet violates nothing.
      violations: [Math.max(...judged.map((trial) => this.#violationOf(trial)))],
      epochs: Math.max(...trials.map(({ epochs }) => epochs)),
    }
  }

  #hasAll(trial: ObservedRow): boolean {
    return this.#objectives.every(({ name }) => Number.isFinite(costOrMetric(trial, name) ?? NaN))
  }

  #violationOf(trial: ObservedRow): number {
    return violationOf(this.#constraints, {
      params: storedParameters(trial),
      parameters: this.#parameters,
      valueOf: (name) => costOrMetric(trial, name),
      isCompleted: trial.state === 'completed',
    })
  }
}

/** A point is as well as the best that became of one of its seeds. */
function stateOf(trials: readonly ObservedRow[], isOver: boolean): Observation['state'] {
  if (!isOver) return 'running'
  const states = new Set(trials.map(({ state }) => state))
  return states.has('completed') ? 'completed' : states.has('stopped') ? 'stopped' : 'failed'
}

/** Over the trials that have one; less is better. */
function valueOver(
  trials: readonly ObservedRow[],
  { name, goal }: Objective,
  which: 'latest' | 'best',
): number | undefined {
  const values = trials.flatMap((trial) => {
    const best = which === 'best' ? trial.bounds.get(name)?.[goal === 'maximize' ? 'greatest' : 'least'] : undefined
    return best ?? costOrMetric(trial, name) ?? []
  })
  if (values.length === 0) return undefined
  const { mean } = meanOf(values)
  return goal === 'maximize' ? -mean : mean
}

function costOrMetric(trial: ObservedRow, name: string): number | undefined {
  return countedCost(trial, name) ?? trial.metrics.get(name)
}
