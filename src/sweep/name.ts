/** Bytes of UTF-8: with an ending a name is still one of a file. */
const longestName = 200

/**
 * Returns the name that a sweep has in the store and on the command line, from the one in its file: letters and digits of
 * every script, `.`, `_` and `-`. It needs no quotes in a shell. Two names in files may become the same one.
 */
export function sweepNameOf(written: string): string {
  const name = written
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}_.-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+|-+$/gu, '')
  let short = ''
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    if (Buffer.byteLength(short + segment) > longestName) break
    short += segment
  }
  return short === '' ? 'sweep' : short
}
