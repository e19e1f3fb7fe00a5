/** Lines of context around a change. */
const context = 1
/** A larger product of lines is not compared line by line: its table would not be worth a message. */
const mostCells = 4_000_000

type Mark = ' ' | '-' | '+'

interface DiffLine {
  readonly mark: Mark
  readonly text: string
  /** Line number in the new text, from 1. */
  readonly line: number
}

/**
 * Returns what changed between two texts as a short unified diff: hunks that begin with `@@ line 3`, then lines marked
 * `-` and `+`. Longer than `mostLines`, the rest is counted.
 */
export function lineDiff(before: string, after: string, mostLines = 20): string[] {
  const lines = compare(split(before), split(after))
  const shown = lines.map((_, k) => lines.slice(Math.max(0, k - context), k + context + 1).some(isChange))
  const diff = lines.flatMap(({ mark, text, line }, k) => {
    if (shown[k] !== true) return []
    return [...(shown[k - 1] === true ? [] : [`@@ line ${line}`]), `${mark}${text}`]
  })
  const more = diff.length - mostLines
  return more > 1 ? [...diff.slice(0, mostLines), `… ${more} more lines`] : diff
}

function isChange({ mark }: DiffLine): boolean {
  return mark !== ' '
}

function split(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function compare(before: readonly string[], after: readonly string[]): DiffLine[] {
  // What both texts begin and end with needs no table.
  const shortest = Math.min(before.length, after.length)
  let start = 0
  while (start < shortest && before[start] === after[start]) start++
  let end = 0
  while (end < shortest - start && before.at(-1 - end) === after.at(-1 - end)) end++
  const same = (text: string, k: number): DiffLine => ({ mark: ' ', text, line: k + 1 })
  const tail = after.length - end
  return [
    ...after.slice(0, start).map(same),
    ...middle(before.slice(start, before.length - end), after.slice(start, tail), start),
    ...after.slice(tail).map((text, k) => same(text, tail + k)),
  ]
}

/** The longest common subsequence of lines stays, the others go or come. */
function middle(before: readonly string[], after: readonly string[], offset: number): DiffLine[] {
  const lengths = before.length * after.length > mostCells ? [] : commonLengths(before, after)
  const length = (i: number, j: number) => lengths[i]?.[j] ?? 0
  const result: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    const line = offset + j + 1
    const [old, now] = [before[i], after[j]]
    if (old !== undefined && old === now && lengths.length > 0) {
      result.push({ mark: ' ', text: old, line })
      ;[i, j] = [i + 1, j + 1]
    } else if (old !== undefined && (now === undefined || length(i + 1, j) >= length(i, j + 1))) {
      result.push({ mark: '-', text: old, line })
      i++
    } else if (now !== undefined) {
      result.push({ mark: '+', text: now, line })
      j++
    }
  }
  return result
}

/** At `[i][j]`: the length of the longest common subsequence of `before` from i and `after` from j. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1))
  for (let i = before.length - 1; i >= 0; i--) {
    const [row, next] = [lengths[i], lengths[i + 1]]
    if (row === undefined || next === undefined) continue
    for (let j = after.length - 1; j >= 0; j--) {
      row[j] = before[i] === after[j] ? (next[j + 1] ?? 0) + 1 : Math.max(next[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  return lengths
}
