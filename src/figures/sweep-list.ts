import { sweepsUnderWay } from '../store/coordinators.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { sweepState, trialCounts, type SweepState, type TrialCounts } from '../store/sweep-state.ts'
import { sweepProgress } from '../store/sweeps.ts'
import { storedSettings } from '../sweep/definition.ts'
import { chooseAxes } from './axes.ts'
import { Choice } from './choice.ts'
import { paretoFigure, type ParetoFigure } from './pareto.ts'

/** A sweep in a list. */
export interface SweepSummary {
  readonly id: number
  readonly name: string
  readonly method: string
  readonly program: string
  readonly created_at: string
  readonly state: SweepState
  readonly progress: TrialCounts
  readonly objective: { readonly name: string; readonly goal: 'minimize' | 'maximize' } | null
  readonly best: number | null
  /** Points of the front from 0 to 1 in each direction, in order of the cost. */
  readonly spark: [number, number][]
}

type Outcome = Pick<SweepSummary, 'objective' | 'best' | 'spark'>

const mostSparks = 24

/** All sweeps with what came of them. What a sweep came to is worked out anew when more of its trials have completed. */
export class SweepList {
  readonly #store: Store
  readonly #known = new Map<number, { readonly completed: number; readonly outcome: Outcome }>()

  constructor(store: Store) {
    this.#store = store
  }

  /** The newest first. */
  async read(): Promise<SweepSummary[]> {
    const { db } = this.#store
    const rows = await db.selectFrom('sweeps').selectAll().orderBy('id', 'desc').execute()
    const progress = new Map((await sweepProgress(db)).map((row) => [row.id, row]))
    const running = new Set(await sweepsUnderWay(db, this.#store.now()))
    const summaries: SweepSummary[] = []
    for (const sweep of rows) {
      const own = progress.get(sweep.id)
      if (own === undefined) continue
      const { id, name, method, program, created_at } = sweep
      summaries.push({
        ...{ id, name, method, program, created_at },
        state: sweepState(own, running.has(id)),
        progress: trialCounts(own),
        ...(await this.#outcome(sweep, own.completed)),
      })
    }
    return summaries
  }

  async #outcome(sweep: SweepRow, completed: number): Promise<Outcome> {
    const known = this.#known.get(sweep.id)
    if (known?.completed === completed) return known.outcome
    const outcome = completed === 0 ? none : await this.#work(sweep)
    this.#known.set(sweep.id, { completed, outcome })
    return outcome
  }

  async #work(sweep: SweepRow): Promise<Outcome> {
    const axes = await chooseAxes(this.#store, sweep, {})
    const [x, y = x] = axes
    if (x === undefined || y === undefined) return none
    const { objectives } = storedSettings(sweep)
    const choice = await Choice.of(this.#store, sweep)
    const names = new Set(choice.columns.map(({ name }) => name))
    if (!names.has(x.key) || !names.has(y.key)) return none
    const figure = await paretoFigure(choice, { x: x.key, y: y.key, xGoal: x.goal, yGoal: y.goal })
    // The best of all is on the front.
    const values = figure.points.filter((point) => point.isOnFront).map((point) => point.y)
    const best = y.goal === 'minimize' ? Math.min(...values) : Math.max(...values)
    return {
      objective: objectives[0] ?? { name: y.key, goal: y.goal },
      best: Number.isFinite(best) ? best : null,
      spark: sparkOf(figure),
    }
  }
}

const none: Outcome = { objective: null, best: null, spark: [] }

function sparkOf({ points }: ParetoFigure): [number, number][] {
  const front = points.filter((point) => point.isOnFront).sort((a, b) => a.x - b.x)
  const step = Math.ceil(front.length / mostSparks)
  const shown = front.filter((_, k) => k % step === 0 || k === front.length - 1)
  const share = (value: number, values: readonly number[]) => {
    const [least, greatest] = [Math.min(...values), Math.max(...values)]
    return greatest > least ? (value - least) / (greatest - least) : 0.5
  }
  const xs = shown.map(({ x }) => x)
  const ys = shown.map(({ y }) => y)
  return shown.map(({ x, y }) => [share(x, xs), share(y, ys)])
}
