import { sweepsUnderWay } from '../store/coordinators.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { sweepState, trialCounts, type SweepState, type TrialCounts } from '../store/sweep-state.ts'
import { sweepProgress } from '../store/sweeps.ts'
import { noOutcome, outcomeOf, type Outcome } from '../results/outcome.ts'

/** A sweep in a list. */
export interface SweepSummary extends Outcome {
  readonly id: number
  readonly name: string
  readonly method: string
  readonly program: string
  readonly created_at: string
  readonly state: SweepState
  readonly progress: TrialCounts
}

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
    const outcome = completed === 0 ? noOutcome : await this.#work(sweep)
    this.#known.set(sweep.id, { completed, outcome })
    return outcome
  }

  #work(sweep: SweepRow): Promise<Outcome> {
    return outcomeOf(this.#store.db, sweep)
  }
}
