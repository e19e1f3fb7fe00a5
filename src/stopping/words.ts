const shares = new Map([
  [2, 'half'],
  [3, 'third'],
  [4, 'quarter'],
  [5, 'fifth'],
])

/** `the best third of 9 trials`; where that is one trial at most, `the best of 2 trials`. */
export function bestShare(eta: number, reached: number): string {
  const share = reached / eta < 2 ? '' : ` ${shares.get(eta) ?? `1/${eta}`}`
  return `the best${share} of ${reached} trials`
}

/** Two numbers with as many digits as tell them apart. */
export function numerals(a: number, b: number): [string, string] {
  for (const digits of [4, 6, 9]) {
    const [first, second] = [a, b].map((value) => String(Number(value.toPrecision(digits))))
    if (first !== undefined && second !== undefined && first !== second) return [first, second]
  }
  return [String(a), String(b)]
}

/** `below` or `above`: how a value that is not good enough lies to one that is. */
export function worseThan(goal: 'minimize' | 'maximize'): 'below' | 'above' {
  return goal === 'maximize' ? 'below' : 'above'
}
