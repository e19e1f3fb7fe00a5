import { closest, distance } from 'fastest-levenshtein'

import { firstOf } from './report/enumerate.ts'

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

/** Names in the order of their distance from a word, for a message that shows a few. */
export function nearestFirst(word: string, names: readonly string[]): string[] {
  const wanted = word.toLowerCase()
  const far = new Map(names.map((name) => [name, distance(wanted, name.toLowerCase())]))
  return names.toSorted((a, b) => (far.get(a) ?? 0) - (far.get(b) ?? 0))
}

/** A hint for a word that is no name: a short list whole, of a long one the nearest and how many more there are. */
export function nearestNames(word: string, names: readonly string[], most = 10): string {
  const shown = names.length > most ? nearestFirst(word, names) : names
  return `there ${names.length === 1 ? 'is' : 'are'} ${firstOf(shown, most)}`
}
