import { counted } from '../report/enumerate.ts'

/** Tells people what a table of results leaves out or overlooks. */
export function noteResults(results: { readonly withoutObjective: number; readonly noneFeasible: boolean }): void {
  const { withoutObjective, noneFeasible } = results
  if (noneFeasible) process.stdout.write('No point satisfies the constraints: they are ignored here.\n')
  if (withoutObjective > 0) {
    const trials =
      withoutObjective === 1 ? '1 completed trial has' : `${counted(withoutObjective, 'completed trial')} have`
    process.stdout.write(`${trials} not reported a finite value of every objective, and count for no point.\n`)
  }
}
