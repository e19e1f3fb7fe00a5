import type { LayoutOptions } from '../run/machine.ts'
import { planOnly } from '../run/plan-only.ts'
import { formatCompact, formatCount, formatDuration } from '../report/format.ts'
import { printable } from '../printable.ts'
import { learns } from '../search/methods.ts'
import { columnsOf, textTable } from '../report/text-table.ts'
import { timeToGo } from '../report/time-to-go.ts'
import { varyingParameters } from '../sweep/plan.ts'
import { shown } from './display/words.ts'
import { colors, terminalWidth } from './terminal.ts'

/** More trials than this are not all listed. */
const trialsShown = 50

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
  const varying = varyingParameters(trials)
  const rows = trials.slice(0, trialsShown).map(({ number, params, cost, trainingFlops }) => ({
    '#': number,
    ...Object.fromEntries(varying.map((parameter) => [parameter, shown(params[parameter] ?? null)])),
    parameters: cost === null ? null : formatCount(cost.parameterCount),
    FLOPs: cost === null ? null : formatCount(cost.flops),
    'FLOPs to train': trainingFlops === null ? null : formatCompact(trainingFlops),
  }))
  const say = (text: string) => process.stdout.write(`${text}\n`)
  for (const note of prepared.file.notes) process.stderr.write(`${note}\n`)
  say(
    `${colors.bold(printable(name))}: ${size} trials of ${prepared.definition.program}, ${method}, ${workers} at once\n`,
  )
  const columns = columnsOf(Object.keys(rows[0] ?? {}), rows).map((column) => ({ ...column, align: 'right' as const }))
  say(textTable(columns, rows, { width: terminalWidth() }))
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
