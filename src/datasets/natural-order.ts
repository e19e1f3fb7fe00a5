/**
 * The order that a person expects: 2 before 10. Otherwise by UTF-16 code units, so that labels are the same on every
 * machine; a locale's order is not.
 */
export function naturalOrder(a: string, b: string): number {
  const [left, right] = [pieces(a), pieces(b)]
  for (const [i, piece] of left.entries()) {
    const other = right[i]
    if (other === undefined) break
    const byNumber = Number(piece) - Number(other)
    if (byNumber !== 0 && !Number.isNaN(byNumber)) return byNumber
    if (Number.isNaN(byNumber) && piece !== other) return plainOrder(piece, other)
  }
  return left.length - right.length || plainOrder(a, b)
}

/** By UTF-16 code units. */
export function plainOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function pieces(text: string): string[] {
  return text.match(/\d+|\D+/g) ?? []
}
