import { hypervolume } from '../search/hypervolume.ts'
import { dominates, firstFront } from '../search/non-dominated.ts'
import { costsOf, eligiblePoints, type SweepPoints } from './points.ts'

/** The trade-offs of a sweep with several objectives, and how they came about. */
export interface Front {
  /** Places of the points that no other one beats, best by the first objective first. */
  readonly points: readonly number[]
  /** By objective: the worst that a completed point has. What the front dominates is measured up to there. */
  readonly reference: readonly number[]
  /** In the product of the objectives' units. */
  readonly hypervolume: number
  /** In the order in which points were completed, up to the same reference. */
  readonly history: readonly FrontMoment[]
}

export interface FrontMoment {
  /** Points that were completed by then. */
  readonly points: number
  readonly hypervolume: number
}

const moments = 20

/** The front over the objectives, or over some of the metrics; undefined while no point has all of them. */
export function frontOf(
  points: SweepPoints,
  moment = moments,
  axes: readonly number[] = [...points.objectives.keys()],
): Front | undefined {
  const eligible = eligiblePoints(points).filter((k) => costsOf(points, k, axes).every((cost) => !Number.isNaN(cost)))
  if (eligible.length === 0) return undefined
  const costs = new Map(eligible.map((k) => [k, costsOf(points, k, axes)]))
  const reference = worstOf([...costs.values()])
  const { ended } = points
  const order = eligible.toSorted((a, b) => (ended[a] ?? 0) - (ended[b] ?? 0) || a - b)
  const history = historyOf(
    order.map((k) => costs.get(k) ?? []),
    reference,
    moment,
  )
  const front = firstFront(eligible.map((k) => costs.get(k) ?? [])).map((k) => eligible[k] ?? 0)
  return {
    points: front,
    reference: axes.map((axis, k) => (points.metrics[axis]?.goal === 'maximize' ? -1 : 1) * (reference[k] ?? NaN)),
    hypervolume: history.at(-1)?.hypervolume ?? 0,
    history,
  }
}

/** By axis; less is better. */
export function worstOf(costs: readonly (readonly number[])[]): number[] {
  return (costs[0] ?? []).map((_, axis) => costs.reduce((worst, cost) => Math.max(worst, cost[axis] ?? 0), -Infinity))
}

/** What is dominated after so many even parts of all points. */
function historyOf(costs: readonly (readonly number[])[], reference: readonly number[], parts: number): FrontMoment[] {
  const history: FrontMoment[] = []
  let front: (readonly number[])[] = []
  let done = 0
  for (let part = 1; part <= parts; part++) {
    const until = Math.ceil((costs.length * part) / parts)
    // A part at a time: its own front first, which is short.
    const news = costs.slice(done, until).filter((cost) => !front.some((other) => dominates(other, cost)))
    const both = [...front, ...news]
    front = news.length === 0 ? front : firstFront(both).map((k) => both[k] ?? [])
    if (until > done) history.push({ points: until, hypervolume: hypervolume(front, reference) })
    done = until
  }
  return history
}
