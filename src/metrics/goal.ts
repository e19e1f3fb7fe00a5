export type Goal = 'minimize' | 'maximize'

/** What is paid for a result, cheapest to know first: an axis of the accuracy-over-cost view when a sweep declares none. */
const costs = [
  ...[/^flops$/, /flops/, /latency/, /seconds|(?:^|_)(?:time|ms)(?:_|$)/, /energy/, /co2/, /bytes/],
  ...[/memory|(?:^|_)mem(?:_|$)/, /size/, /cost/, /(?:^|_)count(?:_|$)/],
]

/** What is lost. Short names have to be whole words: `mse`, `val_mse`, but not `teamsea`. */
const losses = /loss|error|perplexity|(?:^|[^a-z])(?:r?mse|mae|nll|ppl|wer|cer|fid)(?:[^a-z]|$)/

/** Metrics that a reader looks for first, the best known first; a sweep without an objective is judged by one of the first three. */
export const usualMetrics: readonly string[] = [
  'test_accuracy',
  'val_accuracy',
  'val_loss',
  'train_loss',
  'epoch_seconds',
]
const usualObjectives = usualMetrics.slice(0, 3)

/** Returns metrics in the order in which they are shown: the objectives, the usual ones, others as they come, costs last. */
export function mostTellingFirst(names: readonly string[], objectives: readonly string[]): string[] {
  const first = [...objectives, ...usualMetrics]
  const rankOf = (name: string) => {
    if (costRank(name) !== null && !objectives.includes(name)) return first.length + 1
    const place = first.indexOf(name)
    return place < 0 ? first.length : place
  }
  return names.toSorted((a, b) => rankOf(a) - rankOf(b))
}

/** The goal of a metric for which none is declared: less of what is lost or paid, more of anything else. */
export function goalByName(name: string): Goal {
  return isCost(name) || losses.test(name) ? 'minimize' : 'maximize'
}

function isCost(name: string): boolean {
  return costs.some((pattern) => pattern.test(name))
}

/** Rank among the costs of a sweep, least first; null for a metric that is no cost by its name. */
export function costRank(name: string): number | null {
  const rank = costs.findIndex((pattern) => pattern.test(name))
  return rank < 0 ? null : rank + 1
}

/** Rank as the objective of a sweep that declares none, least first: well-known metrics, then any other, then costs. */
export function objectiveRank(name: string): number {
  const known = usualObjectives.indexOf(name)
  if (known >= 0) return known + 1
  return usualObjectives.length + 1 + (costRank(name) ?? 0)
}
