/** The `index`th of a list that is known to be long enough; throws if it isn't, as `!` would not. */
export function item<T>(list: readonly T[], index: number): T {
  const value = list[index]
  if (value === undefined) throw new RangeError(`expected at least ${index + 1} items, got ${list.length}`)
  return value
}
