import { formatCount, formatDuration, formatPercent } from '../report/format.ts'
import type { RunResult } from '../run/run-sweep.ts'
import { trialResults } from '../results/trials.ts'
import type { Store } from '../store/store.ts'
import { trialsOf } from '../store/trials.ts'
import { describeParameters } from './display/words.ts'
import { colors } from './terminal.ts'
import { storedParameters } from '../store/trial-parameters.ts'

/** Prints what one trial came to: time, accuracies, size; and what can be done with it. */
export async function printTraining(
  store: Store,
  { sweep }: RunResult,
  { json }: { readonly json: boolean | undefined },
): Promise<void> {
  const [trial] = await trialsOf(store.db, sweep.id)
  if (trial === undefined) throw new Error(`sweep ${sweep.name} has no trial`)
  const [{ metrics: final } = { metrics: new Map<string, number>() }] = await trialResults(store.db, sweep, [trial])
  const { id, state, error, parameter_count, flops, started_at, finished_at } = trial
  const params = storedParameters(trial)
  const result = {
    ...{ trial: id, sweep: sweep.name, state, error, params, parameter_count, flops },
    elapsed_seconds: secondsBetween(started_at, finished_at),
    epoch_seconds: final.get('epoch_seconds') ?? null,
    train_accuracy: final.get('train_accuracy') ?? null,
    val_accuracy: final.get('val_accuracy') ?? null,
    test_accuracy: final.get('test_accuracy') ?? null,
  }
  if (json === true) {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
    return
  }
  const lines: [name: string, value: string | undefined][] = [
    ['elapsed', ifThere(result.elapsed_seconds, formatDuration)],
    ['time per epoch', ifThere(result.epoch_seconds, formatDuration)],
    ['train accuracy', ifThere(result.train_accuracy, formatPercent)],
    ['validation accuracy', ifThere(result.val_accuracy, formatPercent)],
    ['test accuracy', ifThere(result.test_accuracy, formatPercent)],
    ['parameters', ifThere(parameter_count, formatCount)],
    ['FLOPs', ifThere(flops, formatCount)],
  ]
  const say = (line: string) => process.stdout.write(`${line}\n`)
  say(colors.bold(`Trial ${id} of ${sweep.name}: ${sweep.program}, ${describeParameters(params)}`))
  if (state !== 'completed') say(`${state}${error === null ? '' : `: ${error}`}`)
  for (const [name, value] of lines) if (value !== undefined) say(`  ${name.padEnd(20)} ${value.padStart(10)}`)
  say('\nNext:')
  if (state === 'completed') {
    say(`  swath evaluate ${id}           ${colors.dim('which test images it gets wrong')}`)
    say(`  swath predict ${id} image.png  ${colors.dim('what it takes a picture for')}`)
  } else say(`  swath resume ${sweep.name}  ${colors.dim('go on with it')}`)
}

function ifThere<T>(value: T | null, format: (value: T) => string): string | undefined {
  return value === null ? undefined : format(value)
}

function secondsBetween(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : (Date.parse(to) - Date.parse(from)) / 1000
}
