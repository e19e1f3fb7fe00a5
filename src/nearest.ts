import { closest } from 'fastest-levenshtein'

/** The candidate that was most likely meant by a misspelt word; of equally near ones, the one of the likest length. */
export function nearest(word: string, candidates: readonly string[]): string {
  const byLength = candidates.toSorted((a, b) => Math.abs(a.length - word.length) - Math.abs(b.length - word.length))
  return closest(word, byLength)
}
