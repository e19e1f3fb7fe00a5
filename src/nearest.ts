import { closest, distance } from 'fastest-levenshtein'

/** The candidate that was most likely meant by a misspelt word; of equally near ones, the one of the likest length. */
export function nearest(word: string, candidates: readonly string[]): string {
  const byLength = candidates.toSorted((a, b) => Math.abs(a.length - word.length) - Math.abs(b.length - word.length))
  return closest(word, byLength)
}

/** The candidate that a name probably stands for: equal but for case and punctuation, or a slip away; undefined if none. */
export function likeliest(name: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
  const same = candidates.find((candidate) => plain(candidate) === plain(name))
  if (same !== undefined) return same
  const near = nearest(name, candidates)
  return distance(near, name) <= name.length / 3 ? near : undefined
}
