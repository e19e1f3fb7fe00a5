import { significant, type Difference } from '../results/significance.ts'
import { formatCompact, formatMean } from './format.ts'

/**
 * `1.07 ± 0.21 points (5 seeds each): more than noise (p = 0.020)`; the difference without its sign.
 * @param name of what differs: accuracies are told apart by points of a percent
 */
export function differenceWords({ test, difference, se, n, p }: Difference, name: string, unit: string): string {
  const isShare = name.endsWith('accuracy') && Math.abs(difference) <= 1
  const [factor, points] = isShare ? [100, ' points'] : [1, '']
  const size = factor * Math.abs(difference)
  const amount = se === null ? formatCompact(size) : formatMean(size, factor * se)
  const where = test === 'Mann-Whitney' ? ' in the median' : ''
  const verdict = `${p < significant ? 'more' : 'no more'} than noise (${chanceWords(p)})`
  return `${amount}${points}${where} (${groupWords(test, n, unit)}): ${verdict}`
}

function groupWords(test: Difference['test'], n: Difference['n'], unit: string): string {
  if (typeof n === 'number') return `${n} ${unit}s in common, paired`
  const [a, b] = n
  const groups = a === b ? `${a} ${unit}s each` : `${a} and ${b} ${unit}s`
  return test === 'Mann-Whitney' ? `${groups}, by their ranks` : groups
}

/** `p = 0.020`, `p < 0.001` */
function chanceWords(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(p < 0.1 ? 3 : 2)}`
}
