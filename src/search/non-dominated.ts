/**
 * Sorts points into fronts: the first is what no other point beats, the second what only the first one beats, and so on; as
 * many fronts as it takes for `enough` points. Less is better on every axis. Two axes take n·log n steps, more axes n times
 * the points in front (X. Zhang et al., An efficient approach to non-dominated sorting, 2015).
 * @returns indices, in each front in lexicographic order of the points
 */
export function nonDominatedFronts(points: readonly (readonly number[])[], enough = points.length): number[][] {
  const order = [...points.keys()].sort((i, j) => lexicographic(points[i] ?? [], points[j] ?? []) || i - j)
  const inThePlane = points[0]?.length === 2
  const fronts: number[][] = []
  for (const index of order) {
    const point = points[index] ?? []
    // In this order only an earlier point can beat this one, and in the plane only the last one of a front needs asking.
    const isBeatenBy = (front: readonly number[]) => {
      const rivals = inThePlane ? front.slice(-1) : front
      return rivals.some((other) => dominates(points[other] ?? [], point))
    }
    const place = firstThat(fronts, (front) => !isBeatenBy(front))
    const front = fronts[place]
    if (front === undefined) fronts.push([index])
    else front.push(index)
  }
  let count = 0
  const needed = fronts.findIndex((front) => (count += front.length) >= enough)
  return needed < 0 ? fronts : fronts.slice(0, needed + 1)
}

/**
 * The first of those fronts alone, which takes n times its points, on two axes n·log n steps.
 * @returns indices, in lexicographic order of the points; equal points are all in it
 */
export function firstFront(points: readonly (readonly number[])[]): number[] {
  const order = [...points.keys()].sort((i, j) => lexicographic(points[i] ?? [], points[j] ?? []) || i - j)
  const isFlat = (points[0]?.length ?? 0) <= 2
  const front: number[] = []
  for (const index of order) {
    const point = points[index] ?? []
    // As above: only an earlier point can beat this one, and in the plane the last one of the front.
    const isBeaten = isFlat
      ? front.length > 0 && dominates(points[front.at(-1) ?? 0] ?? [], point)
      : front.some((other) => dominates(points[other] ?? [], point))
    if (!isBeaten) front.push(index)
  }
  return front
}

/** Fronts that beat a point come before those that do not. */
function firstThat<T>(list: readonly T[], holds: (item: T) => boolean): number {
  let [from, to] = [0, list.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (holds(list[middle] as T)) to = middle
    else from = middle + 1
  }
  return from
}

/** No worse on any axis and better on one. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  let isBetter = false
  for (let k = 0; k < a.length; k++) {
    const [mine, other] = [a[k] ?? 0, b[k] ?? 0]
    if (mine > other) return false
    if (mine < other) isBetter = true
  }
  return isBetter
}

function lexicographic(a: readonly number[], b: readonly number[]): number {
  for (let k = 0; k < a.length; k++) {
    const [mine, other] = [a[k] ?? 0, b[k] ?? 0]
    if (mine !== other) return mine < other ? -1 : 1
  }
  return 0
}

/** How far each point's neighbours in its front are away, in sum over the axes, each axis on its own scale. */
export function crowdingDistances(points: readonly (readonly number[])[]): number[] {
  const distances = points.map(() => 0)
  for (const axis of points[0]?.keys() ?? []) {
    const valueOf = (index = 0) => points[index]?.[axis] ?? 0
    const order = [...points.keys()].sort((i, j) => valueOf(i) - valueOf(j) || i - j)
    const range = valueOf(order.at(-1)) - valueOf(order[0])
    for (const [k, index] of order.entries()) {
      const isEnd = k === 0 || k === order.length - 1
      const gap = isEnd ? Infinity : range > 0 ? (valueOf(order[k + 1]) - valueOf(order[k - 1])) / range : 0
      distances[index] = (distances[index] ?? 0) + gap
    }
  }
  return distances
}
