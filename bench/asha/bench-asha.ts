import { join } from 'node:path'
import { printGoals, type Goal } from '../goals.ts'
import { describeOwnMachine, writeResults } from '../machine.ts'
import { runSweep } from '../run-sweep.ts'
import { mean, variance } from '../study/statistics.ts'

interface Trained {
  readonly params: string
  readonly state: string
  readonly flops: number
  readonly epochs: number
  readonly val_accuracy: number
  /** Of a trial that was trained to its end. */
  readonly test_accuracy: number | null
}

/** How much of the grid's training a rule may do. */
const goalShare = 0.25

const space = join(import.meta.dirname, 'space.yaml')
const rule = 'early_terminate={ type: asha, min_epochs: 1, eta: 3 }'
const small = ['dataset.limit=3000', 'width=[16, 32, 64]']
const trained = `
  select t.params, t.state, t.flops, m.epochs, m.value as val_accuracy,
    (select value from trial_metrics x where x.trial_id = t.id and x.name = 'test_accuracy') as test_accuracy
  from trials t join trial_metrics m on m.trial_id = t.id and m.name = 'val_accuracy' order by t.number`

/** ASHA beside the whole grid, on real networks: what it finds, and for how much of the training. */
export async function benchAsha({ quick, seed }: { quick: boolean; seed: number }): Promise<void> {
  const settings = [`seed=${seed}`, ...(quick ? small : [])]
  const grid = await train('the grid', settings)
  const asha = await train('asha', [...settings, rule])

  // The same point by other seeds: what differs by less is no difference.
  const [found, best] = [bestOf(asha.trials), bestOf(grid.trials)]
  const again = Object.entries(JSON.parse(best.params) as Record<string, unknown>).map(
    ([name, value]) => `parameters.${name}={ value: ${String(value)} }`,
  )
  const repeats = await train('the best point by other seeds', [...settings, ...again, `repeat=${quick ? 3 : 5}`])
  const accuracies = repeats.trials.map(accuracyOf)
  const noise = Math.sqrt(variance(accuracies))

  const share = flopsOf(asha.trials) / flopsOf(grid.trials)
  print([grid, asha])
  console.log(`\nThe grid's best by ${accuracies.length} seeds: ${percent(mean(accuracies))} ± ${percent(noise)}`)
  const goals: Goal[] = [
    { name: "share of the grid's training FLOPs", figure: share, goal: goalShare, atLeast: false },
    {
      name: 'test accuracy that is lost, in standard deviations between seeds',
      figure: (accuracyOf(best) - accuracyOf(found)) / noise,
      goal: 2,
      atLeast: false,
      unit: '',
    },
  ]
  printGoals('ASHA beside the whole grid', goals)
  if (quick) return
  const sweeps = [grid, asha].map(({ title, seconds, trials }) => ({ title, seconds, trials }))
  writeResults('asha', {
    date: new Date().toISOString(),
    machine: describeOwnMachine(),
    seed,
    accuracies,
    goals,
    sweeps,
  })
}

interface Sweep {
  readonly title: string
  readonly seconds: number
  readonly trials: readonly Trained[]
}

async function train(title: string, settings: readonly string[]): Promise<Sweep> {
  const { seconds, rows } = await runSweep(space, settings, trained)
  console.log(`${title}: ${rows.length} trials in ${seconds.toFixed(0)} s`)
  return { title, seconds, trials: rows as unknown as Trained[] }
}

/** By validation, as somebody would choose who has not seen the test images. */
function bestOf(trials: readonly Trained[]): Trained {
  const completed = trials.filter(({ state }) => state === 'completed')
  const [first] = completed.toSorted((a, b) => b.val_accuracy - a.val_accuracy)
  if (first === undefined) throw new Error('no trial was trained to its end')
  return first
}

function accuracyOf({ test_accuracy }: Trained): number {
  return test_accuracy ?? NaN
}

/** Up to a factor that all have in common. */
function flopsOf(trials: readonly Trained[]): number {
  return trials.reduce((sum, { flops, epochs }) => sum + flops * epochs, 0)
}

function print(sweeps: readonly Sweep[]): void {
  const whole = flopsOf(sweeps[0]?.trials ?? [])
  console.log(
    `\n${['', 'epochs', 'completed', 'FLOPs', 'seconds', 'test accuracy', ' '].map((name) => name.padEnd(14)).join('')}\n`,
  )
  for (const { title, seconds, trials } of sweeps) {
    const best = bestOf(trials)
    const cells = [
      title,
      String(trials.reduce((sum, { epochs }) => sum + epochs, 0)),
      String(trials.filter(({ state }) => state === 'completed').length),
      percent(flopsOf(trials) / whole),
      seconds.toFixed(0),
      percent(accuracyOf(best)),
    ]
    console.log(`${cells.map((cell) => cell.padEnd(14)).join('')}${best.params}`)
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}
