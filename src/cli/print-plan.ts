import type { LayoutOptions } from '../run/machine.ts'
import { planOnly, type PlanOnly } from '../run/plan-only.ts'
import { formatCompact, formatCount, formatDuration } from '../report/format.ts'
import { printable } from '../printable.ts'
import { learns } from '../search/methods.ts'
import { textTable, type TableCell } from '../report/text-table.ts'
import { timeToGo } from '../report/time-to-go.ts'
import { varyingParameters } from '../sweep/varying.ts'
import { shown } from './display/words.ts'
import { colors, terminalWidth } from './terminal.ts'

/** More trials than this are not all listed. */
const trialsShown = 50

type PlannedCost = PlanOnly['trials'][number]

interface PlanColumn {
  readonly title: string
  readonly cellOf: (trial: PlannedCost) => TableCell
}

const costColumns: readonly PlanColumn[] = [
  { title: 'parameters', cellOf: ({ cost }) => cost && formatCount(cost.parameterCount) },
  { title: 'FLOPs', cellOf: ({ cost }) => cost && formatCount(cost.flops) },
  {
    title: 'FLOPs to train',
    cellOf: ({ trainingFlops }) => (trainingFlops === null ? null : formatCompact(trainingFlops)),
  },
]

/** Prints what a run would train and what that would cost. */
export async function printPlan(options: {
  readonly path: string
  readonly overrides: readonly string[]
  readonly machine: LayoutOptions
  readonly store: string
}): Promise<void> {
  const { prepared, trials, workers, rate } = await planOnly(options)
  const { name, method } = prepared.file.content
  const isWhole = prepared.plan.size > 0
  const size = isWhole ? trials.length : prepared.settings.cap
  const first = trials.slice(0, trialsShown)
  const columns: PlanColumn[] = [
    { title: '#', cellOf: ({ number }) => number },
    ...varyingParameters(trials).map((parameter) => ({
      title: parameter,
      cellOf: ({ params }: PlannedCost) => shown(params[parameter] ?? null),
    })),
    ...costColumns.filter(({ cellOf }) => first.some((trial) => cellOf(trial) !== null)),
  ]
  const say = (text: string) => process.stdout.write(`${text}\n`)
  for (const note of prepared.file.notes) process.stderr.write(`${note}\n`)
  say(
    `${colors.bold(printable(name))}: ${size} trials of ${prepared.definition.program}, ${method}, ${workers} at once`,
  )
  const goals = prepared.settings.objectives.map((objective) => `${objective.goal} ${printable(objective.name)}`)
  say(goals.length === 0 ? '' : `Objective${goals.length > 1 ? 's' : ''}: ${goals.join(', ')}\n`)
  // Keys of their own: a parameter may be named like a cost.
  const rows = first.map((trial) => Object.fromEntries(columns.map(({ cellOf }, k) => [`c${k}`, cellOf(trial)])))
  const table = columns.map(({ title }, k) => ({ key: `c${k}`, title, align: 'right' as const }))
  say(textTable(table, rows, { width: terminalWidth() }))
  if (trials.length > rows.length) say(`… and ${trials.length - rows.length} more`)
  if (!isWhole) {
    const later = learns(method)
      ? 'The others depend on what comes of those before them.'
      : 'The others are as certain.'
    say(`\nThe first ${rows.length} points. ${later}`)
    say('Nothing was trained and nothing was written.')
    return
  }

  const total = trials.reduce((sum, trial) => sum + (trial.trainingFlops ?? 0), 0)
  if (total > 0) say(`\nTraining all of it takes ${formatCompact(total)} FLOPs.`)
  const waiting = trials.map((trial) => trial.trainingFlops ?? 0).sort((a, b) => b - a)
  const seconds =
    rate === undefined ? undefined : timeToGo({ doneWork: rate, doneSeconds: 1, running: [], waiting, workers })
  if (rate !== undefined && seconds !== undefined && total > 0) {
    say(
      `About ${formatDuration(seconds)} at the ${formatCompact(rate)} FLOP/s a worker that earlier trials here reached.`,
    )
  } else {
    say('How long that takes is known once a trial has run in this store.')
  }
  say('Nothing was trained and nothing was written.')
}
