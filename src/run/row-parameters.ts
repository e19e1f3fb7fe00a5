import type { Parameters } from '../programs/program.ts'

/**
 * Returns the parameters in a trial's row, for estimates and displays; none if the row is damaged. One damaged row fails its
 * own attempts (`prepareAttempt`), and no other trial's run.
 */
export function rowParameters({ params }: { readonly params: string }): Parameters {
  try {
    const found: unknown = JSON.parse(params)
    return typeof found === 'object' && found !== null ? (found as Parameters) : {}
  } catch {
    return {}
  }
}
