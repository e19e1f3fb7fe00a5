import type { SearchMethod } from './search.ts'

/**
 * Every combination of values. Parameters are ordered by name, as in W&B, so that the order of the file's lines does not
 * matter; the last one varies fastest.
 */
export const grid: SearchMethod = {
  count: (space) => space.reduce((product, { size }) => product * size, 1),

  point(space, k) {
    const ordered = space.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    let rest = k
    const values = ordered.toReversed().map((dimension) => {
      const index = rest % dimension.size
      rest = Math.floor(rest / dimension.size)
      return dimension.at(index)
    })
    return Object.fromEntries(values.toReversed().flatMap((set) => Object.entries(set)))
  },
}
