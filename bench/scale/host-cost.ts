import { beatHost, registerHost, setBadHostsAside } from '../../src/store/hosts.ts'
import { applyChanges } from '../../src/store/changes.ts'
import { trialPages } from '../../src/store/trials.ts'
import { median } from './queue-cost.ts'
import { lifeOf, plan } from './trials.ts'
import { walPosition, type Measured } from './trial-cost.ts'

export interface HostCost {
  readonly hosts: number
  /** Of one host, which trains that many trials. */
  readonly running: number
  readonly beatStatements: number
  readonly beatMs: number
  readonly beatWalBytesPerTrial: number
  /** Of one look for hosts that have to be set aside. */
  readonly lookStatements: number
  readonly lookMs: number
}

/** What a host costs that only trains: a beat and a look after the others, each five seconds. */
export async function hostCost({ store, queueOf, server, statements }: Measured, hosts: number): Promise<HostCost> {
  const running = 32
  const { db } = store
  const at = store.now().toISOString()
  const capabilities = {
    workers: 32,
    cores: 32,
    tags: [],
    runtime: 'TensorFlow',
    node: 'v20',
    platform: 'linux',
    processor: '',
  }
  const sweep = await plan(store, running, `hosts-${hosts}`)
  const self = { host: `host-of-${hosts}`, pid: 1, process_start: '1' }
  const id = await registerHost(db, self, { version: '0.1.0', capabilities, at })
  for (let k = 1; k < hosts; k++) {
    await registerHost(db, { ...self, pid: k + 1 }, { version: '0.1.0', capabilities, at })
  }
  const queue = await queueOf(sweep.id)
  for await (const page of trialPages(db, sweep.id)) {
    const starts = page.flatMap((trial) => {
      const { value } = lifeOf({ trialId: trial.id, job: undefined, at, ...self }).next()
      return value === undefined ? [] : [value]
    })
    await applyChanges(db, starts)
  }
  await server.query('vacuum analyze')

  const beats = 21
  const walBefore = await walPosition(server)
  let before = statements()
  const beatMs = await median(beats, () => beatHost(db, id, self, store.now()))
  const beatStatements = (statements() - before) / beats
  const beatWalBytesPerTrial = ((await walPosition(server)) - walBefore) / beats / running
  before = statements()
  const lookMs = await median(3, () => setBadHostsAside(db, sweep.id, { queue, at }))
  const lookStatements = (statements() - before) / 3
  await db.updateTable('hosts').set({ state: 'gone' }).execute()
  return { hosts, running, beatStatements, beatMs, beatWalBytesPerTrial, lookStatements, lookMs }
}
