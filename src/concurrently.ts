/**
 * Does the work for every item, so many at once. After an error nothing more is begun; of several errors the one of the
 * earliest item is thrown. When this has settled, nothing goes on behind it.
 */
export async function concurrently<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  // The lanes share one iterator: each takes what is next.
  const left = items.entries()
  const failures: { readonly index: number; readonly error: unknown }[] = []
  const lane = async (): Promise<void> => {
    for (const [index, item] of left) {
      try {
        await work(item, index)
      } catch (error) {
        failures.push({ index, error })
      }
      if (failures.length > 0) return
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  const [first] = failures.sort((a, b) => a.index - b.index)
  if (first !== undefined) throw first.error
}
