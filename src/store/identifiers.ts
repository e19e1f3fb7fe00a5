/** PostgreSQL cuts off longer identifiers, and would take two names for one. */
export const longestIdentifier = 63

/**
 * Returns `name` if it is free, else `name_2`, `name_3`, …, in at most so many bytes of UTF-8.
 * @param taken names as {@link caseless} returns them
 */
export function freeIdentifier(name: string, taken: ReadonlySet<string>, longest = longestIdentifier): string {
  let candidate = shortened(name, longest)
  for (let k = 2; taken.has(caseless(candidate)); k++) {
    const ending = `_${k}`
    candidate = shortened(name, longest - ending.length) + ending
  }
  return candidate
}

/** Returns an identifier as SQLite compares it: without a difference between small letters and ASCII capitals. */
export function caseless(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** Returns as many whole characters of a text as so many bytes of UTF-8 hold. */
export function shortened(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  // The decoder leaves out a character that is cut in two.
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes), { stream: true })
}
