import { cpus } from 'node:os'

import { packageVersion } from '../package-root.ts'
import { leaseMs, thisProcess } from '../store/coordinators.ts'
import { beatHost, registerHost, setHostState, type Capabilities } from '../store/hosts.ts'
import type { Store } from '../store/store.ts'
import { availableCores } from '../tensorflow/cores.ts'
import { describeRuntime, findRuntime } from '../tensorflow/runtime.ts'

/** Several beats may be late, or lost, before a lease is over. */
const beatMs = leaseMs / 6

/** This process as one of those that train for a store. */
export interface Host {
  /** Why it was set aside by those that saw its trials fail; undefined while it was not. */
  asideBecause(): string | undefined
  draining(): Promise<void>
  leave(): Promise<void>
}

export function capabilitiesOf(workers: number, tags: readonly string[]): Capabilities {
  return {
    ...{ workers, tags, cores: availableCores().length, runtime: describeRuntime(findRuntime()) },
    ...{ node: process.version, platform: `${process.platform}-${process.arch}`, processor: cpus()[0]?.model ?? '' },
  }
}

/** Makes itself known, and says that it is there as long as it is: with that its trials' leases are renewed. */
export async function announceHost(store: Store, capabilities: Capabilities): Promise<Host> {
  const self = thisProcess()
  const at = store.now().toISOString()
  const id = await registerHost(store.db, self, { version: packageVersion(), capabilities, at })
  let aside: string | undefined
  // A beat that fails is not lost: the next one follows, and what cannot be written waits.
  let lastBeat: Promise<void> = Promise.resolve()
  let draining: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    lastBeat = beatHost(store.db, id, self, store.now()).then(
      ({ state, reason }) => {
        aside = state === 'set aside' ? (reason ?? '') : undefined
      },
      () => undefined,
    )
  }, beatMs)
  return {
    asideBecause: () => aside,
    draining: () => (draining = setHostState(store.db, id, 'draining')),
    async leave() {
      clearInterval(timer)
      // Each is written over a connection of its own: the last word is to be said last.
      await Promise.allSettled([lastBeat, draining])
      await setHostState(store.db, id, 'gone')
    },
  }
}
