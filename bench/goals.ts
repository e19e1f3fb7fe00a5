/** A figure beside what it should be. */
export interface Goal {
  readonly name: string
  readonly figure: number
  readonly goal: number
  /** Whether more is better. */
  readonly atLeast: boolean
  /** Of both; default `×`, how many times. */
  readonly unit?: string
}

/** Prints each figure beside its goal. */
export function printGoals(title: string, goals: readonly Goal[]): void {
  console.log(`\n${title}\n`)
  const width = Math.max(...goals.map(({ name }) => name.length))
  for (const { name, figure, goal, atLeast, unit = '×' } of goals) {
    const isMet = atLeast ? figure >= goal : figure <= goal
    const text = `${figure.toFixed(2).padStart(7)}${unit}  (goal ${atLeast ? '≥' : '≤'} ${goal}${unit})`
    console.log(`  ${name.padEnd(width)}  ${text.padEnd(24)} ${Number.isNaN(figure) ? '–' : isMet ? '✓' : '✗'}`)
  }
}
