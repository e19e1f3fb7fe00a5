import type { Report } from '../../src/programs/program.ts'
import type { ChangeOf } from '../../src/store/change.ts'

export const at = '2026-01-01T00:00:00.000Z'

/** Changes of one trial as a run makes them, where a test does not say otherwise. */
export function start(trialId: number, attempt = 1, more: Partial<ChangeOf<'start'>> = {}): ChangeOf<'start'> {
  return {
    ...{ type: 'start', trialId, attempt, process: { host: 'here', pid: 1, process_start: '7' }, worker: 1, at },
    ...{ resumedEpoch: 0, drop: [], leaseExpiresAt: at, ...more },
  }
}

export function report(trialId: number, report: Report, more: Partial<ChangeOf<'report'>> = {}): ChangeOf<'report'> {
  return { type: 'report', trialId, attempt: 1, report, at, ...more }
}

export function end(
  trialId: number,
  state: ChangeOf<'end'>['state'],
  attempt = 1,
  more: Partial<ChangeOf<'end'>> = {},
): ChangeOf<'end'> {
  return { type: 'end', trialId, attempt, state, at, ...more }
}
