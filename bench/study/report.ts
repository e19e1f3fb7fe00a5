import { printGoals, type Goal } from '../goals.ts'
import { mean, variance, welch } from './statistics.ts'

export interface NetworkResult {
  readonly model: string
  readonly epochs: number
  /** Test accuracies, one a seed. */
  readonly swath: readonly number[]
  readonly torch: readonly number[]
  /** swath's, the mean over epochs and seeds, with as many trials at once as there are cores. */
  readonly epochSeconds: number
}

/** What the study prints, in per cent, of one run each. */
const published: Readonly<Record<string, number>> = {
  '128': 93.7,
  '256': 95.8,
  '512': 96.2,
  '1024': 96.7,
  '512-512': 96.3,
  '512-512-512': 96.4,
  '512-256-120-84': 95.7,
  lenet: 97.8,
}

/** Chance alone may fail one run in twenty. */
const significance = 0.05

/** Prints a row a network: accuracies as mean ± standard deviation, in per cent, and the p of Welch's test between them. */
export function printStudy(networks: readonly NetworkResult[]): void {
  const columns = ['study', 'swath', 'PyTorch', 'p', 's/epoch'].map((name) => name.padStart(14)).join('')
  console.log(`\n${'test accuracy, %'.padEnd(22)}${columns}\n`)
  for (const { model, swath, torch, epochSeconds } of networks) {
    const { p } = welch([swath, torch])
    const study = published[model] ?? NaN
    const cells = [study.toFixed(1), spread(swath), spread(torch), p.toFixed(3), epochSeconds.toFixed(2)]
    console.log(nameOf(model).padEnd(22) + cells.map((cell) => cell.padStart(14)).join(''))
  }
}

/** Prints every goal beside its figure, and returns them. */
export function printStudyGoals(networks: readonly NetworkResult[]): Goal[] {
  const goals: Goal[] = []
  const atLeast = (name: string, figure: number, goal: number, unit: string) =>
    goals.push({ name, figure, goal, atLeast: true, unit })
  for (const { model, swath, torch } of networks) {
    const name = nameOf(model)
    atLeast(`${name}: the study's`, 100 * mean(swath), published[model] ?? NaN, ' %')
    // Bonferroni's correction: of many networks, one or other is far off by chance.
    const p = Math.min(1, welch([swath, torch]).p * networks.length)
    atLeast(`${name}: as PyTorch, p`, p, significance, '')
  }
  const all = welch(...networks.map(({ swath, torch }) => [swath, torch] as const))
  atLeast('all networks: as PyTorch, p', all.p, significance, '')
  const [points, error] = [100 * all.difference, 100 * all.standardError].map((value) => value.toFixed(3))
  console.log(`\nswath's mean accuracy minus PyTorch's: ${points} ± ${error} points (standard error)`)
  printGoals('Accuracy beside …', goals)
  return goals
}

function nameOf(model: string): string {
  return model === 'lenet' ? 'LeNet-5' : `784-${model}-10`
}

function spread(accuracies: readonly number[]): string {
  return `${(100 * mean(accuracies)).toFixed(2)} ± ${(100 * Math.sqrt(variance(accuracies))).toFixed(2)}`
}
