import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { openStore } from '../../src/store/open.ts'
import { randomStream } from '../../src/random/stream.ts'
import { Database } from './database.ts'
import { faults, type Fault } from './faults.ts'
import { Host } from './host.ts'
import { Participant, type Setting } from './participant.ts'
import { mountSmallDisk, unmountSmallDisk } from './small-disk.ts'
import { inspect, type SweepReport } from './inspect.ts'
import { Wire } from './wire.ts'

export interface ClusterStormOptions {
  /** The command, without its arguments. */
  readonly swath: readonly string[]
  /** An empty folder. */
  readonly folder: string
  /** A sweep file but for its name; it is run under one name after the other until there were enough faults. */
  readonly sweep: string
  readonly hosts: number
  readonly faults: number
  readonly seed: number
  /** By default any. */
  readonly kinds?: readonly string[]
  readonly onFault?: (count: number, kind: string) => void
}

export interface ClusterStormReport {
  readonly faults: Readonly<Record<string, number>>
  readonly sweeps: readonly SweepReport[]
  /** Jobs that are still in the queue. */
  readonly jobsLeft: number
  /** Processes that ended, or did not, against what was meant. */
  readonly crashes: readonly string[]
}

const leaseMs = 3_000
/** Faults of one sweep: it has to come to its end between them, and after the last one. */
const mostInSweep = 12
/** A sweep that takes longer after its last fault is stuck. */
const longestMs = 240_000

/** A cluster of one database, a coordinator and several workers on this machine, which one fault after the other befalls. */
export async function clusterStorm(options: ClusterStormOptions): Promise<ClusterStormReport> {
  const { swath, folder, sweep, seed, kinds } = options
  const stream = randomStream(seed, 'cluster faults')
  const random = () => uniformInt(stream, 0, 999_999) / 1_000_000
  const home: Setting = { cwd: folder, clockMs: 0 }
  const acknowledged = new Set<string>()
  let onReport: () => void = () => undefined
  const crashes: string[] = []
  const counts: Record<string, number> = Object.fromEntries(faults.map(({ kind }) => [kind, 0]))
  mkdirSync(folder, { recursive: true })

  // The database, and for each process a wire to it.
  // In a folder of its own: it may run as a user who may not enter the others.
  const databaseFolder = mkdtempSync(join(tmpdir(), 'swath-storm-postgres-'))
  const database = await Database.start(databaseFolder)
  await (await openStore(database.url.href, 'write')).close()
  const url = database.url
  const port = Number(url.port)
  url.port = ''
  const environment = { SWATH_STORE: url.href, SWATH_LEASE_MS: `${leaseMs}` }
  const participant = async (onLine: (line: string) => void) =>
    new Participant(await Wire.open(port), { swath, environment, onLine })
  const coordinator = await participant(() => undefined)
  const hosts: Host[] = []
  for (let k = 0; k < options.hosts; k++) {
    const worker = await participant((line) => {
      const [, trial, epoch] = /^trial (\d+) \(.*\) epoch (\d+): /.exec(line) ?? []
      // Printed once the report is durable: from here on it may not be lost.
      if (trial === undefined || epoch === undefined) return
      acknowledged.add(`${trial} ${epoch}`)
      onReport()
    })
    const args = ['worker', '--workers', '1', '--grace', '5']
    hosts.push(new Host(worker, args, home, mountSmallDisk(join(folder, `disk-${k}`), 32)))
  }
  let names = 0
  const sweeps: string[] = []
  const total = () => Object.values(counts).reduce((sum, count) => sum + count, 0)
  try {
    for (const host of hosts) host.start()
    do {
      const name = `storm-${++names}`
      sweeps.push(name)
      writeFileSync(join(folder, `${name}.yaml`), `name: ${name}\n${sweep}`)
      await round(name)
    } while (total() < options.faults)
    for (const host of hosts) crashes.push(...host.crashes)
    const direct = database.url.href
    const store = await openStore(direct, 'read')
    try {
      const reports: SweepReport[] = []
      for (const name of sweeps) reports.push(await inspect(store, name, acknowledged))
      const { rows } = await store.query('select count(*) as n from swath_queue.job')
      return { faults: counts, sweeps: reports, jobsLeft: Number(rows[0]?.n), crashes }
    } finally {
      await store.close()
    }
  } finally {
    for (const host of hosts) await host.stop()
    coordinator.close()
    await database.stop()
    rmSync(databaseFolder, { recursive: true, force: true })
    for (const { disk } of hosts) if (disk !== undefined) unmountSmallDisk(disk)
  }

  /** Runs one sweep to its end, whatever befalls it. */
  async function round(name: string): Promise<void> {
    const over = new AbortController()
    // Not before something trains that could come to grief.
    const begun = new Promise<void>((resolve) => (onReport = resolve))
    const raining = begun.then(() => rain(over.signal))
    const late = raining.then(async () => {
      await delay(longestMs, undefined, { signal: over.signal }).catch(() => undefined)
      if (over.signal.aborted) return
      const said = [coordinator, ...hosts.map(({ worker }) => worker)].map((each) => each.said)
      throw new Error([`${name} has not ended after its last fault`, ...said, ...crashes].join('\n\n'))
    })
    try {
      await Promise.race([coordinate(name), late])
    } finally {
      over.abort()
      onReport()
      await raining
    }
  }

  /** Has somebody watch the sweep, one after the other, until it has ended. */
  async function coordinate(name: string): Promise<void> {
    for (;;) {
      const isPlanned = await database.has(name)
      const command = isPlanned === true ? ['resume', name] : ['run', `${name}.yaml`]
      const code = isPlanned === undefined ? null : await coordinator.run([...command, '--workers', '0'], home)
      if (code === 0) return
      const isExpected =
        code === null ||
        /the server cannot be reached|is not answered|is being shut down|is starting|→ run the same command again later/.test(
          coordinator.said,
        )
      if (!isExpected) crashes.push(`the coordinator ended with ${code}:\n${coordinator.said}`)
      if (crashes.length > 20) throw new Error(crashes.join('\n\n'))
      await delay(500 + 1_000 * random())
    }
  }

  /** Faults at random moments, of which each befalls who has no other. */
  async function rain(over: AbortSignal): Promise<void> {
    const busy = new Set<object>()
    const under: Promise<void>[] = []
    const most = Math.min(mostInSweep, options.faults - total())
    while (under.length < most) {
      await delay(500 + 3_500 * random(), undefined, { signal: over }).catch(() => undefined)
      if (over.aborted) break
      const fault = chosen()
      const host = oneOf(hosts)
      const target = { host, coordinator, database }[fault.target]
      if (busy.has(target)) continue
      busy.add(target)
      counts[fault.kind] = (counts[fault.kind] ?? 0) + 1
      options.onFault?.(total(), fault.kind)
      under.push(
        fault
          .befall({ host, coordinator, database, leaseMs, random })
          .catch((error: unknown) => void crashes.push(`${fault.kind}: ${String(error)}`))
          .finally(() => busy.delete(target)),
      )
    }
    await Promise.all(under)
  }

  function chosen(): Fault {
    return oneOf(faults.filter(({ kind }) => kinds?.includes(kind) ?? true))
  }

  function oneOf<T>(some: readonly T[]): T {
    const one = some[Math.floor(random() * some.length)]
    if (one === undefined) throw new Error('there is nothing to choose from')
    return one
  }
}
