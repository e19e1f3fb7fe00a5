/**
 * The volume that points dominate, up to a reference point; less is better on every axis. Of two axes exactly in n·log n, of
 * more by WFG (L. While, L. Bradstreet, L. Barone, A fast way of calculating exact hypervolumes, 2012). What is no better
 * than the reference somewhere adds nothing.
 */
export function hypervolume(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const inside = points.filter((point) => reference.every((end, k) => (point[k] ?? NaN) < end))
  if (reference.length === 1) return Math.max(0, ...inside.map(([value = 0]) => (reference[0] ?? 0) - value))
  return reference.length === 2 ? inThePlane(inside, reference) : wfg(nonDominated(inside), reference)
}

/** Slices from the left, each as high as the best so far. */
function inThePlane(points: readonly (readonly number[])[], [right = 0, top = 0]: readonly number[]): number {
  const sorted = points.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0))
  let height = top
  let area = 0
  for (const [x = 0, y = 0] of sorted) {
    if (y >= height) continue
    area += (right - x) * (height - y)
    height = y
  }
  return area
}

/** Each point's own box, less what later points have of it. */
function wfg(front: readonly (readonly number[])[], reference: readonly number[]): number {
  // The worst on the first axis first: the rest then cuts most off.
  const sorted = front.toSorted((a, b) => (b[0] ?? 0) - (a[0] ?? 0))
  return sorted.reduce((volume, point, k) => {
    const box = reference.reduce((product, end, axis) => product * (end - (point[axis] ?? 0)), 1)
    const limited = sorted.slice(k + 1).map((other) => other.map((value, axis) => Math.max(value, point[axis] ?? 0)))
    return volume + box - (limited.length === 0 ? 0 : wfg(nonDominated(limited), reference))
  }, 0)
}

function nonDominated(points: readonly (readonly number[])[]): (readonly number[])[] {
  const sorted = points.toSorted((a, b) => a.map((value, k) => value - (b[k] ?? 0)).find((d) => d !== 0) ?? 0)
  const front: (readonly number[])[] = []
  for (const point of sorted) {
    if (!front.some((other) => other.every((value, k) => value <= (point[k] ?? 0)))) front.push(point)
  }
  return front
}
