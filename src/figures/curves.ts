import type { Goal } from '../metrics/goal.ts'
import type { Choice } from './choice.ts'
import { varyingColumns } from './column.ts'
import { quoted } from './sql-text.ts'

export interface CurvesFigure {
  readonly metric: string
  readonly curves: readonly Curve[]
  /** Trials that have reported the metric and are chosen; more than there are curves where not all can be seen. */
  readonly trials: number
}

interface Curve {
  readonly trial: number
  readonly state: string
  /** What the trial is called: the parameters that differ. */
  readonly label: string
  readonly epochs: readonly number[]
  readonly values: readonly number[]
}

/** Parameters that a trial is called by. */
const mostNamed = 6
/** Epochs of one curve that are shown. */
const mostEpochs = 200

/** How a metric went, epoch by epoch: running trials first, then the best of those that are chosen. */
export async function curvesFigure(
  choice: Choice,
  { metric, goal, most }: { readonly metric: string; readonly goal: Goal; readonly most: number },
): Promise<CurvesFigure> {
  const { of } = choice.column(metric)
  const column = quoted(metric)
  const varying = varyingColumns(choice.columns).slice(0, mostNamed)
  const order = goal === 'minimize' ? 'asc' : 'desc'
  const trials = await choice.ask(`
    select trial_id, state, count(*) over () as n${varying.map((name) => `, ${quoted(name)}`).join('')}
    from ${choice.trials}
    where ${column} is not null and ${choice.isChosen}
    order by case when state = 'running' then 0 else 1 end, ${column} ${order}, trial_id
    limit ${most}`)
  if (trials.length === 0) return { metric, curves: [], trials: 0 }
  const text = of.replaceAll("'", "''")
  const rows = await choice.ask(`
    with numbered as (
      select trial_id, epoch, value,
        row_number() over (partition by trial_id order by epoch) as k, count(*) over (partition by trial_id) as n
      from metrics
      where name = '${text}' and trial_id in (${trials.map(([id]) => id).join(', ')})
    )
    select trial_id, epoch, value from numbered
    where n <= ${mostEpochs} or k = n or k % ((n + ${mostEpochs - 1}) / ${mostEpochs}) = 1
    order by trial_id, epoch`)
  const points = new Map<number, { epochs: number[]; values: number[] }>()
  for (const [trial, epoch, value] of rows) {
    const own = points.get(Number(trial)) ?? { epochs: [], values: [] }
    own.epochs.push(Number(epoch))
    own.values.push(Number(value))
    points.set(Number(trial), own)
  }
  return {
    metric,
    trials: Number(trials[0]?.[2]),
    curves: trials.map(([id, state, , ...parameters]) => ({
      ...{ trial: Number(id), state: String(state) },
      label: varying.map((name, k) => `${name} ${parameters[k] ?? '–'}`).join(', '),
      ...(points.get(Number(id)) ?? { epochs: [], values: [] }),
    })),
  }
}
