import { formatNumber } from '../report/format.ts'
import { counted } from '../report/enumerate.ts'
import type { SearchParameter } from '../search/space.ts'
import type { ProgressRow, SweepRow } from '../store/schema.ts'
import { bestPoints } from './best.ts'
import type { FrontMoment } from './front.ts'
import type { Importances } from './importance.ts'
import { costsOf, eligiblePoints, type SweepPoints } from './points.ts'
import { significant, type Difference } from './significance.ts'

/** Something to try next, and what it follows from. */
export interface Advice {
  readonly kind: 'resume' | 'beyond' | 'more trials' | 'more seeds' | 'fix' | 'nothing'
  /** A part of a sentence: `width: the best have 1024, the largest: try larger`. */
  readonly text: string
}

interface Read {
  readonly sweep: Pick<SweepRow, 'name' | 'method'>
  readonly points: SweepPoints
  readonly importances: readonly Importances[]
  readonly history: readonly FrontMoment[]
  readonly difference: Difference | undefined
  readonly repeat: number
  readonly progress: Pick<ProgressRow, 'queued' | 'failed' | 'cancelled'>
}

/** By rules, the weightiest first. */
export function adviceOn(read: Read): Advice[] {
  const advice = [resume(read), ...beyond(read), moreTrials(read), moreSeeds(read), ...fix(read)].filter(
    (each) => each !== undefined,
  )
  return advice.length > 0 ? advice : [{ kind: 'nothing', text: 'nothing that these trials point to' }]
}

function resume({ sweep, progress: { queued, failed, cancelled } }: Read): Advice | undefined {
  const left = queued + failed + cancelled
  if (left === 0) return undefined
  return { kind: 'resume', text: `\`swath resume ${sweep.name}\` trains the ${counted(left, 'trial')} that are left` }
}

/** Below this share a parameter is not worth another look, whichever end the best lie at. */
const mattersFrom = 0.05

/**
 * Of one objective: which way the best three point, where two of them lie at the end of what was tried, or the only one that
 * is there.
 */
function beyond({ points, importances: [importances] }: Read): Advice[] {
  if (points.objectives.length > 1) return []
  const best = bestPoints(points, 3)
  return points.space.parameters.flatMap((parameter, k): Advice[] => {
    const importance = importances?.parameters.find(({ name }) => name === parameter.name)?.importance
    if (parameter.kind !== 'number' || (importance !== undefined && importance < mattersFrom)) return []
    const column = points.coordinates[k] ?? []
    const { least, greatest } = endsOf(parameter)
    if (least === greatest) return []
    const isAt = (isEnd: (share: number) => boolean) => {
      const needed = Math.min(2, column.filter(isEnd).length)
      return isEnd(column[best[0] ?? -1] ?? NaN) && best.filter((place) => isEnd(column[place] ?? NaN)).length >= needed
    }
    const value = parameter.distribution.valueAt(column[best[0] ?? -1] ?? NaN)
    const advise = (word: string): Advice[] => [
      { kind: 'beyond', text: `${parameter.name} ${word} than ${formatNumber(value)}, near the end of its range` },
    ]
    // There is nothing below a single layer, nor above a probability of 1.
    if (isAt((share) => share >= greatest) && value !== 1) return advise('larger')
    return isAt((share) => share <= least) && value > 0 && value !== 1 ? advise('smaller') : []
  })
}

/** From which shares on a value is at the end: the last one of a list, else a twentieth. */
function endsOf({ distribution }: Extract<SearchParameter, { kind: 'number' }>): { least: number; greatest: number } {
  const { list, shareOf } = distribution
  if (list === undefined || list.size > 20) return { least: 0.05, greatest: 0.95 }
  const shares = Array.from({ length: list.size }, (_, k) => shareOf(list.at(k)))
  return { least: Math.min(...shares), greatest: Math.max(...shares) }
}

const fewestForGrowth = 20

/** Where the last quarter of the points still brought something; a grid has no more points. */
function moreTrials({ sweep, points, history }: Read): Advice | undefined {
  if (sweep.method === 'grid' || points.size < fewestForGrowth) return undefined
  if (points.objectives.length === 1) {
    const { ended } = points
    const eligible = eligiblePoints(points).sort((a, b) => (ended[a] ?? 0) - (ended[b] ?? 0))
    const costs = eligible.map((k) => costsOf(points, k)[0] ?? NaN)
    const before = costs.slice(0, Math.ceil(0.75 * costs.length))
    const isBetter = Math.min(...costs.slice(before.length)) < before.reduce((least, cost) => Math.min(least, cost))
    return isBetter ? { kind: 'more trials', text: 'more trials: the best came in the last quarter' } : undefined
  }
  const last = history.at(-1)
  const before = history.findLast((moment) => moment.points <= 0.75 * (last?.points ?? 0))
  if (last === undefined || before === undefined) return undefined
  const growth = (last.hypervolume - before.hypervolume) / last.hypervolume
  if (!(growth >= 0.01)) return undefined
  const percent = `${Math.round(100 * growth)} %`
  return { kind: 'more trials', text: `more trials: the last quarter brought ${percent} of the front` }
}

function moreSeeds({ difference, repeat, points }: Read): Advice | undefined {
  if (points.objectives.length > 1 || points.size < 2) return undefined
  if (repeat === 1) {
    return { kind: 'more seeds', text: '`repeat: 5`: of one seed nobody knows what is noise' }
  }
  if (difference === undefined || difference.p < significant) return undefined
  return { kind: 'more seeds', text: `more seeds than ${repeat}: the best two differ by no more than noise` }
}

/** Fewer points leave too much to chance to call anything unimportant. */
const fewestForFixing = 50
const hardlyMatters = 0.02

function fix({ importances, points }: Read): Advice[] {
  if (points.size < fewestForFixing || importances.length < points.objectives.length) return []
  return points.space.parameters.flatMap(({ name }): Advice[] => {
    const shares = importances.map(({ parameters }) => parameters.find((each) => each.name === name)?.importance)
    if (!shares.every((share) => share !== undefined && share < hardlyMatters)) return []
    return [{ kind: 'fix', text: `${name} fixed: it hardly matters` }]
  })
}
