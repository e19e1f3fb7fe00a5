import { nearestFirst } from '../nearest.ts'
import { firstOf } from '../report/enumerate.ts'
import { programParameters, type TrialDatasets } from '../datasets/of-trial.ts'
import { SwathError } from '../errors.ts'
import type { ModelCost } from '../models/cost.ts'
import type { Parameters } from '../programs/program.ts'
import type { SweepQueue } from '../queue/shared-queue.ts'
import { methods } from '../search/methods.ts'
import type { Constraint } from '../search/constraint.ts'
import type { SearchMethod } from '../search/search.ts'
import type { SearchSpace } from '../search/space.ts'
import { filled, outside } from '../search/contains.ts'
import { addPlanned } from '../store/observations.ts'
import type { SweepRow, TrialRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { metricNamesOf } from '../store/sweep-metrics.ts'
import { namedTrialWith, trialsOfKey, type NewTrial } from '../store/trials.ts'
import { brokenBy, constraintsOf } from '../sweep/check-search.ts'
import type { SweepDefinition, SweepSettings } from '../sweep/definition.ts'
import type { NamedPoint } from '../sweep/points.ts'
import { canonicalJson, trialSeed } from '../sweep/seed.ts'
import { parameterNames, spaceOf } from '../sweep/space.ts'
import type { WorkerPool } from '../workers/pool.ts'
import { uncounted } from './describe.ts'
import { Findings } from './findings.ts'

/** Points in a row that are there already: a small space has no others, as far as anybody can tell. */
const mostTries = 1_000
/** Points in a row that are refused: a space may have few that keep to the constraints, or none. */
const mostRefused = 1_000

export interface Planning {
  readonly store: Store
  readonly sweep: SweepRow
  readonly settings: SweepSettings
  readonly datasets: TrialDatasets
  /** Checks points and counts their models; somebody has a worker free for it. */
  readonly pool: Pick<WorkerPool, 'describe'>
  /** Of a store that hosts share. */
  readonly queue?: SweepQueue | undefined
}

/** True of a sweep whose points are chosen one after another. */
export function isPlannedLater({ method }: Pick<SweepRow, 'method'>): boolean {
  return method in methods
}

/** Why a point cannot be trained. */
interface Refused {
  readonly error: string
  /** The one that it breaks. */
  readonly constraint?: string
}

interface FoundPoint {
  readonly params: Parameters
  readonly cost: ModelCost | null
}

/**
 * Plans the trials of a sweep whose points are chosen one after another, from the sweep's rows alone: whoever goes on with
 * it after a crash, wherever, plans the same.
 */
export class Planner {
  readonly #planning: Planning
  readonly #definition: SweepDefinition
  readonly #method: SearchMethod
  readonly #space: SearchSpace
  readonly #constraints: { readonly constraints: readonly Constraint[]; readonly parameters: readonly string[] }
  readonly #findings: Findings
  #isExhausted = false

  constructor(planning: Planning) {
    const { store, sweep } = planning
    this.#planning = planning
    this.#definition = JSON.parse(sweep.definition) as SweepDefinition
    const method = methods[sweep.method]
    if (method === undefined) throw new Error(`${sweep.method} plans no trials`)
    this.#method = method
    this.#space = spaceOf(this.#definition.parameters)
    const constraints = constraintsOf(this.#definition)
    this.#constraints = { constraints, parameters: parameterNames(this.#definition.parameters) }
    this.#findings = new Findings(store, sweep.id, this.#space, this.#definition)
  }

  /** True once it is known that there is nothing more to plan. */
  get isOver(): boolean {
    return this.#isExhausted || this.#findings.trials >= this.#planning.settings.cap
  }

  /** Plans so many points more, or as many as there are; resolves to the ids of their trials, in order. */
  async plan(points: number): Promise<number[]> {
    const { store, sweep, settings, queue } = this.#planning
    const { repeat } = this.#definition
    for (;;) {
      await this.#findings.look()
      const { trials, unreported } = this.#findings
      if (unreported !== undefined) await this.#refuse(unreported)
      const room = Math.ceil((settings.cap - trials) / repeat)
      const found = this.#isExhausted ? [] : await this.#find(Math.min(points, room))
      if (found.length === 0) return []
      const rows = found.flatMap((point, k) => this.#rowsOf(point, trials + k * repeat)).slice(0, settings.cap - trials)
      const ids = await addPlanned(store.db, sweep.id, rows, { after: trials, queue })
      if (ids !== undefined) return ids
      // Somebody else has planned: those come first.
    }
  }

  /**
   * Plans points that somebody named, before whatever is planned after them. What is left out of one the method fills in.
   * Resolves to the trials, one a point, of those that are there already.
   * @throws SwathError('sweep-file') for one that cannot be trained
   */
  async planNamed(points: readonly NamedPoint[]): Promise<TrialRow[]> {
    const there: TrialRow[] = []
    for (const point of points) {
      const trial = await this.#planNamedOne(point)
      if (trial !== undefined) there.push(trial)
    }
    return there
  }

  async #planNamedOne({ params: given, mistake }: NamedPoint): Promise<TrialRow | undefined> {
    const { store, sweep, queue } = this.#planning
    const { repeat, seed } = this.#definition
    for (;;) {
      const before = await namedTrialWith(store.db, sweep.id, given)
      if (before !== undefined) return before
      await this.#findings.look()
      const { trials, history } = this.#findings
      const number = Math.ceil(trials / repeat) + 1
      const suggested = this.#method.suggest({ space: this.#space, seed, number, history })
      const params = filled(this.#space, given, suggested, { seed, number })
      const [wrong] = outside(this.#space, params)
      if (wrong !== undefined) throw mistake('it is there only where its `when` holds', wrong.parameter)
      const [known] = await trialsOfKey(store.db, sweep.id, canonicalJson(params))
      if (known !== undefined) return known
      const described = await this.#describe(params)
      if ('error' in described) throw mistake(described.error)
      const rows = this.#rowsOf({ params, cost: described.cost }, trials).map((row) => ({ ...row, enqueued: 1 }))
      if ((await addPlanned(store.db, sweep.id, rows, { after: trials, queue })) !== undefined) return undefined
    }
  }

  /** @throws SwathError('program') */
  async #refuse(objective: string): Promise<never> {
    const { store, sweep } = this.#planning
    const names = await metricNamesOf(store.db, sweep.id)
    throw new SwathError('program', `a trial of ${sweep.name} completed and has not reported ${objective}`, {
      hint: `trials report ${firstOf(nearestFirst(objective, names), 10)}: name one of these as \`metric\`, and begin anew with --new`,
    })
  }

  async #find(points: number): Promise<FoundPoint[]> {
    const { history, keys, trials } = this.#findings
    const { repeat, seed } = this.#definition
    const found: FoundPoint[] = []
    for (let k = 0; k < points; k++) {
      const number = Math.ceil(trials / repeat) + k + 1
      const point = await this.#findOne((attempt) => {
        return this.#method.suggest({ space: this.#space, seed, number, attempt, history })
      }, keys)
      if (point === undefined) {
        this.#isExhausted = true
        break
      }
      found.push(point)
      keys.add(canonicalJson(point.params))
      history.record({ number, point: point.params, state: 'queued', values: [] })
    }
    return found
  }

  /** @throws SwathError('program') if none can be trained */
  async #findOne(suggest: (attempt: number) => Parameters, keys: ReadonlySet<string>): Promise<FoundPoint | undefined> {
    const refused = new Map<string, Refused>()
    for (let attempt = 0, known = 0; known < mostTries; attempt++) {
      const params = suggest(attempt)
      const key = canonicalJson(params)
      if (keys.has(key) || refused.has(key)) {
        known++
        continue
      }
      const described = await this.#describe(params)
      if ('cost' in described) return { params, cost: described.cost }
      refused.set(key, described)
      if (refused.size === mostRefused) throw noneCanBeTrained([...refused.values()])
    }
    // A small space, of which no point can be.
    if (keys.size === 0 && refused.size > 0) throw noneCanBeTrained([...refused.values()])
    return undefined
  }

  async #describe(params: Parameters): Promise<{ readonly cost: ModelCost | null } | Refused> {
    const { pool, settings, datasets } = this.#planning
    const dataset = await datasets.of(params)
    const [description] = await pool.describe(settings.program, [{ params: programParameters(params), dataset }])
    if (description === undefined || 'error' in description) {
      return description ?? { error: 'the program says nothing of it' }
    }
    const reason = settings.budget.flops === undefined ? undefined : uncounted(description.cost, dataset)
    if (reason !== undefined) throw new SwathError('program', `budget.flops: ${reason}`)
    const broken = brokenBy({ params, cost: description.cost }, this.#constraints)
    if (broken === undefined) return description
    return { error: `it breaks the constraint ${broken.text}`, constraint: broken.text }
  }

  #rowsOf({ params, cost }: FoundPoint, after: number): NewTrial[] {
    const { repeat, seed } = this.#definition
    return Array.from({ length: repeat }, (_, k) => ({
      ...{ number: after + k + 1, params: canonicalJson(params), repeat: k, seed: trialSeed(seed, params, k) },
      ...{ parameter_count: cost?.parameterCount ?? null, flops: cost?.flops ?? null },
    }))
  }
}

function noneCanBeTrained(refused: readonly Refused[]): SwathError {
  const points = refused.length.toLocaleString('en')
  const broken = [
    ...new Set(refused.flatMap(({ constraint }) => (constraint === undefined ? [] : [`\`${constraint}\``]))),
  ]
  const areAllBroken = refused.every(({ constraint }) => constraint !== undefined)
  const message = areAllBroken
    ? `0 of ${points} points drawn keep to ${broken.join(' and ')}`
    : `none of ${points} points can be trained; the last: ${refused.at(-1)?.error ?? ''}`
  return new SwathError('program', message, { hint: 'look at the parameters of the sweep, and at its constraints' })
}
