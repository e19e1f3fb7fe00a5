import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderSvg } from '../../src/plots/render.ts'
import { printGoals, type Goal } from '../goals.ts'
import { describeOwnMachine, writeResults } from '../machine.ts'
import { mean, variance } from '../study/statistics.ts'
import { drawSweeps } from './draw-sweeps.ts'
import { bestOf, flopsOf, train, type Sweep, type Trained } from './trained.ts'

/** How much of the grid's training a rule may do. */
const goalShare = 0.25

const space = join(import.meta.dirname, 'space.yaml')
const picture = join(import.meta.dirname, '..', '..', 'docs', 'img', 'asha.svg')
const rule = 'early_terminate={ type: asha, min_epochs: 1, eta: 3 }'
const small = ['dataset.limit=3000', 'width=[16, 32, 64]']
/** ASHA beside the whole grid, on real networks: what it finds, and for how much of the training. */
export async function benchAsha({ quick, seed }: { quick: boolean; seed: number }): Promise<void> {
  const settings = [`seed=${seed}`, ...(quick ? small : [])]
  const grid = await train(space, 'the grid', settings)
  const asha = await train(space, 'asha', [...settings, rule])

  // The same point by other seeds: what differs by less is no difference.
  const [found, best] = [bestOf(asha.trials), bestOf(grid.trials)]
  const again = Object.entries(JSON.parse(best.params) as Record<string, unknown>).map(
    ([name, value]) => `parameters.${name}={ value: ${String(value)} }`,
  )
  const repeats = await train(space, 'the best point by other seeds', [
    ...settings,
    ...again,
    `repeat=${quick ? 3 : 5}`,
  ])
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
  const date = new Date().toISOString()
  writeResults('asha', { date, machine: describeOwnMachine(), seed, accuracies, goals, sweeps: [grid, asha] })
  writeFileSync(picture, renderSvg(drawSweeps(grid, asha)))
}

function accuracyOf({ test_accuracy }: Trained): number {
  return test_accuracy ?? NaN
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
