/** Returns where `value` stands between two bounds, as 0 to 1; 0.5 where the bounds are equal. Safe where their difference overflows. */
export function shareOf(value: number, [least, greatest]: readonly [number, number]): number {
  if (!(greatest > least)) return 0.5
  const span = greatest - least
  return Number.isFinite(span) ? (value - least) / span : (value / 2 - least / 2) / (greatest / 2 - least / 2)
}

/** Returns the value at a share between two bounds, the inverse of {@link shareOf}. */
export function valueAt(share: number, [least, greatest]: readonly [number, number]): number {
  // The bounds are data, and must come back unrounded.
  if (share <= 0) return least
  if (share >= 1) return greatest
  return least * (1 - share) + greatest * share
}
