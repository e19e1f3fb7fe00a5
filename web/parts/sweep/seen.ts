import type { SweepDetail } from '../../state/sweep.ts'

/** What each part of a sweep's page is told. */
export interface Seen {
  readonly sweep: SweepDetail
  /** Changes when trials have ended. */
  readonly endings: number
  /** Changes also when trials have reported. */
  readonly version: number
}

export function sweepPath({ name }: SweepDetail, part: string): string {
  return `/sweeps/${encodeURIComponent(name)}/${part}`
}
