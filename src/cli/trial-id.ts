import { SwathError } from '../errors.ts'

/** A trial as it was typed. @throws SwathError('usage') */
export function trialId(text: string): number {
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text)
  throw new SwathError('usage', `${text}: expected the number of a trial`, {
    hint: '`swath list` shows the sweeps, `swath show SWEEP` the trials of one',
  })
}
