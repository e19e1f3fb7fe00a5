import { setTimeout as delay } from 'node:timers/promises'

import { leaseMs } from '../store/coordinators.ts'

/** What has not answered for so long counts as away: trials train on meanwhile. */
const answerMs = leaseMs / 3

/** Resolves to false where it takes longer than a trial is to wait; rejects as it does, if that is sooner. */
export async function inTime(done: Promise<unknown>): Promise<boolean> {
  const over = new AbortController()
  const late = delay(answerMs, false, { signal: over.signal, ref: false }).catch(() => false)
  try {
    return await Promise.race([done.then(() => true), late])
  } finally {
    over.abort()
  }
}
