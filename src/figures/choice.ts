import { SwathError } from '../errors.ts'
import { nearest, nearestNames } from '../nearest.ts'
import { pointsViewName } from '../store/points-view.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { condition, quoted } from './sql-text.ts'
import type { SweepColumn } from './column.ts'
import { recentColumns } from './sweep-columns.ts'

/** Longer than that nobody waits for a picture. */
const timeoutMs = 20_000

interface ChoiceOptions {
  /** A condition in SQL over the columns of the sweep's views. */
  readonly where?: string | undefined
  /** Gives up what is asked. */
  readonly signal?: AbortSignal
}

/** The trials and points of a sweep, and a condition in SQL over the columns of its views that selects some of them. */
export class Choice {
  readonly store: Store
  readonly sweep: SweepRow
  readonly columns: readonly SweepColumn[]
  /** SQL text: whether a row of `trials` or `points` is chosen. */
  readonly isChosen: string
  /** SQL text: the view with a row a trial. */
  readonly trials: string
  /** SQL text: the view with a row a point. A point has values once `seeds` is above 0. */
  readonly points: string

  readonly #signal: AbortSignal | undefined

  private constructor(
    store: Store,
    sweep: SweepRow,
    columns: readonly SweepColumn[],
    { where, signal }: ChoiceOptions,
  ) {
    this.#signal = signal
    this.store = store
    this.sweep = sweep
    this.columns = columns
    this.isChosen = condition(where)
    this.trials = quoted(sweep.view_name)
    this.points = quoted(pointsViewName(sweep.view_name))
  }

  static async of(store: Store, sweep: SweepRow, options: ChoiceOptions = {}): Promise<Choice> {
    return new Choice(store, sweep, await recentColumns(store, sweep), options)
  }

  /** @throws SwathError('usage') that says which columns there are */
  column(name: string): SweepColumn {
    const found = this.columns.find((column) => column.name === name)
    if (found !== undefined) return found
    const names = this.columns.map((column) => column.name)
    throw new SwathError('usage', `${this.sweep.name} has no column ${name}; did you mean ${nearest(name, names)}?`, {
      hint: nearestNames(name, names),
    })
  }

  /** Rows of a statement, as lists. */
  async ask(statement: string, limit?: number): Promise<(string | number | null)[][]> {
    const { columns, rows } = await this.store.query(statement, {
      ...(limit !== undefined && { limit }),
      ...(this.#signal !== undefined && { signal: this.#signal }),
      timeoutMs,
    })
    return rows.map((row) =>
      columns.map((column) => {
        const value = row[column] ?? null
        return typeof value === 'number' || typeof value === 'string' || value === null ? value : Number(value)
      }),
    )
  }
}
