import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from './database.ts'
import type { Host } from './host.ts'
import type { Participant } from './participant.ts'

/** Whom a fault may befall. */
interface Victims {
  readonly host: Host
  readonly coordinator: Participant
  readonly database: Database
  readonly leaseMs: number
  /** From 0 to 1. */
  readonly random: () => number
}

export interface Fault {
  readonly kind: string
  readonly target: 'host' | 'coordinator' | 'database'
  /** Resolves when all is as it was, apart from what the fault did. */
  readonly befall: (victims: Victims) => Promise<void>
}

const hourMs = 3_600_000

export const faults: readonly Fault[] = [
  {
    kind: 'a worker is killed',
    target: 'host',
    befall: ({ host, random }) => host.replace('SIGKILL', 1_000 * random()),
  },
  {
    kind: 'a worker is drained (SIGTERM)',
    target: 'host',
    befall: ({ host }) => host.replace('SIGTERM', 0),
  },
  {
    kind: 'a worker stands still for longer than its lease',
    target: 'host',
    async befall({ host: { worker }, leaseMs, random }) {
      worker.signal('SIGSTOP')
      await delay(leaseMs * (1.2 + random()))
      worker.signal('SIGCONT')
    },
  },
  {
    kind: 'a worker is cut off for longer than its lease',
    target: 'host',
    async befall({ host: { worker }, leaseMs, random }) {
      worker.wire.cut()
      await delay(leaseMs * (1.2 + random()))
      if (random() < 0.5) worker.wire.reset()
      worker.wire.mend()
    },
  },
  {
    kind: 'packets are delayed',
    target: 'host',
    async befall({ host: { worker }, random }) {
      worker.wire.delayMs = 20 + 200 * random()
      await delay(1_000 + 2_000 * random())
      worker.wire.delayMs = 0
    },
  },
  {
    kind: 'packets are lost',
    target: 'host',
    async befall({ host: { worker }, random }) {
      worker.wire.loss = { part: 0.1, againMs: 200 + 800 * random() }
      await delay(1_000 + 2_000 * random())
      worker.wire.loss = undefined
    },
  },
  {
    kind: 'connections are reset',
    target: 'host',
    befall({ host: { worker } }) {
      worker.wire.reset()
      return Promise.resolve()
    },
  },
  {
    kind: 'a clock is an hour off',
    target: 'host',
    befall: ({ host, random }) => host.replace('SIGKILL', 0, { clockMs: random() < 0.5 ? hourMs : -hourMs }),
  },
  {
    kind: 'the disk of a host is full',
    target: 'host',
    async befall({ host, random }) {
      const { disk } = host
      if (disk === undefined) return
      await host.replace('SIGTERM', 0, { cwd: disk })
      await delay(1_000 + 2_000 * random())
      const filler = join(disk, 'filler')
      fill(filler)
      await delay(2_000 + 2_000 * random())
      rmSync(filler)
    },
  },
  {
    kind: 'the coordinator is killed',
    target: 'coordinator',
    befall({ coordinator }) {
      coordinator.signal('SIGKILL')
      return Promise.resolve()
    },
  },
  {
    kind: 'the database is restarted',
    target: 'database',
    befall: ({ database, random }) => database.restart(2_000 * random()),
  },
  {
    kind: 'the database is killed',
    target: 'database',
    befall: ({ database, random }) => database.kill(1_000 * random()),
  },
]

function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (const piece = Buffer.alloc(1 << 16); ;) writeSync(file, piece)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(file)
  }
}
