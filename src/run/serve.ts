import { setTimeout as delay } from 'node:timers/promises'

import { messageOf, SwathError, type ErrorCode } from '../errors.ts'
import type { Parameters } from '../programs/program.ts'
import type { SharedQueue } from '../queue/shared-queue.ts'
import { cached } from '../setup/cache.ts'
import type { SetupObserver } from '../setup/progress.ts'
import { isPostgres } from '../store/location.ts'
import { openStore } from '../store/open.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { sweepsLeftBehind, sweepsThatWait } from '../store/sweeps.ts'
import { trialPages } from '../store/trials.ts'
import { storedSettings, type SweepSettings } from '../sweep/definition.ts'
import { Caretaker } from './caretaker.ts'
import { checkHost } from './check-host.ts'
import type { RunObserver } from './events.ts'
import { announceHost, capabilitiesOf, type Host } from './host.ts'
import { localProgram } from './local-program.ts'
import { programChangedMeanwhile, programDiffersOnHost } from './program-identity.ts'
import { handInLeftBehind } from './left-behind.ts'
import { layOut, layOutMost, type LayoutOptions } from './machine.ts'
import { setUp, withWorkers } from './machinery.ts'
import { Patience } from './patience.ts'
import { readableParameters } from '../store/trial-parameters.ts'
import { trainHere } from './train-here.ts'

const idleMs = 1_000
/** A sweep that could not be begun here for a reason that may pass is tried again after it. */
const againMs = 30_000

/** Errors that tell of a sweep which this host cannot train, until its program is another. */
const lasting: readonly ErrorCode[] = ['program', 'sweep-changed', 'dataset', 'usage']

export interface ServeContext {
  readonly store: string
  readonly machine: LayoutOptions
  readonly tags: readonly string[]
  readonly setup: SetupObserver
  readonly observer: RunObserver
  /** No further trial is taken; each that trains is handed back after its next checkpoint. */
  readonly draining: AbortSignal
  /** What trains is handed back now. */
  readonly signal: AbortSignal
}

/** Trains trials of a store that hosts share, of whatever sweep has some, until it is ended. */
export async function serve(context: ServeContext): Promise<void> {
  const { observer, draining, signal, tags } = context
  const store = await openWhenThere(context)
  if (store === undefined) return
  try {
    if (store.openQueue === undefined) {
      throw new SwathError('usage', `${store.location} is of one machine: it has no queue that workers share`, {
        hint: 'use --store postgres://…, or train with `swath run` here',
      })
    }
    await checkHost({ workFolder: cached('artifacts'), observer, signal: draining })
    await setUp(context, { program: { builtin: 'mlp' } })
    const queue = await store.openQueue()
    // The most at once: trials that need no core of their own may be any number.
    const { workers } = layOut(0, context.machine)
    const host = await announceHost(store, capabilitiesOf(workers.length, tags))
    draining.addEventListener('abort', () => void host.draining().catch(() => undefined), { once: true })
    try {
      await handInLeftBehind({ store, queue, observer, signal })
      await new Server(context, store, queue, host).run()
    } finally {
      await host.leave().catch(() => undefined)
      await queue.close()
    }
  } catch (error) {
    if (!signal.aborted) throw store.explain(error)
  } finally {
    observer.finished()
    await store.close()
  }
}

/** Waits for whoever makes the store: hosts may be there before the first sweep is. */
async function openWhenThere({ store, observer, draining }: ServeContext): Promise<Store | undefined> {
  for (let said = false; !draining.aborted; said = true) {
    try {
      return await openStore(store, 'change')
    } catch (error) {
      if (!isPostgres(store) || !(error instanceof SwathError) || error.code !== 'not-found') throw error
      if (!said) observer.note(`${error.message} yet: waiting for the first sweep.`)
      await delay(idleMs, undefined, { signal: draining }).catch(() => undefined)
    }
  }
  return undefined
}

class Server {
  readonly #context: ServeContext
  readonly #store: Store
  readonly #queue: SharedQueue
  readonly #host: Host
  readonly #patience: Patience
  /** Sweeps that cannot be trained here, with the version of their program: until when, and why. */
  readonly #refused = new Map<string, { readonly until: number; readonly reason: string }>()
  /** Of sweeps that nobody looks after. */
  readonly #caretakers = new Map<number, Caretaker>()
  #saidWhyAside = false

  constructor(context: ServeContext, store: Store, queue: SharedQueue, host: Host) {
    this.#context = context
    this.#store = store
    this.#queue = queue
    this.#host = host
    this.#patience = new Patience(store, context.observer, context.draining)
  }

  async run(): Promise<void> {
    const { draining } = this.#context
    while (!draining.aborted) {
      const taken = this.#isAside() ? 0 : await this.#trainAny()
      if (taken > 0) continue
      await this.#lookAfterLost()
      await delay(idleMs, undefined, { signal: draining }).catch(() => undefined)
    }
  }

  /** What a host that is gone left running, with nothing waiting beside it, would be nobody's to take back. */
  async #lookAfterLost(): Promise<void> {
    const sweeps = await this.#patience.read(() => sweepsLeftBehind(this.#store.db, this.#store.now().toISOString()))
    const known = new Map(this.#caretakers)
    this.#caretakers.clear()
    for (const sweep of sweeps) {
      const caretaker = known.get(sweep.id) ?? (await this.#caretakerOf(sweep))
      if (caretaker === undefined) continue
      this.#caretakers.set(sweep.id, caretaker)
      await caretaker.look()
    }
  }

  /** Undefined for a sweep whose row cannot be read. */
  async #caretakerOf(sweep: SweepRow): Promise<Caretaker | undefined> {
    const queue = await this.#patience.read(() => this.#queue.of(sweep.id))
    const settings = await this.#settingsOf(sweep)
    return settings && new Caretaker(this.#store, queue, sweep, settings, this.#context.observer)
  }

  #isAside(): boolean {
    const reason = this.#host.asideBecause()
    if (reason !== undefined && !this.#saidWhyAside) {
      this.#context.observer.note(`This host is set aside: ${reason}\nIt takes no trials until it is started again.`)
      this.#saidWhyAside = true
    }
    return reason !== undefined
  }

  /** Trains of the first sweep that has something for this host. */
  async #trainAny(): Promise<number> {
    const sweeps = await this.#patience.read(() => sweepsThatWait(this.#store.db))
    for (const sweep of sweeps) {
      if ((this.#refused.get(keyOf(sweep))?.until ?? 0) > performance.now()) continue
      const settings = await this.#settingsOf(sweep)
      if (!settings?.tags.every((tag) => this.#context.tags.includes(tag))) continue
      const taken = await this.#train(sweep, settings)
      if (taken > 0) return taken
    }
    return 0
  }

  async #train(sweep: SweepRow, planned: SweepSettings): Promise<number> {
    const { observer, draining, signal, machine } = this.#context
    const store = this.#store
    const queue = await this.#patience.read(() => this.#queue.of(sweep.id))
    const phase = { isTraining: false }
    try {
      const layout = layOutMost(planned.coresPerTrial, machine)
      const { program, files } = await localProgram(store, sweep, planned)
      const settings = { ...planned, program }
      if (files.look()) throw await programDiffersOnHost(store, sweep, settings)
      return await withWorkers(layout, settings, async (machinery) => {
        const sample = await firstParameters(store, sweep.id)
        await machinery.pool.describe(settings.program, [])
        await machinery.datasets.of(sample)
        const telling = Object.keys(sample)
        const host = this.#host
        const how = { machinery, telling, host, observer, draining, signal }
        phase.isTraining = true
        const taken = await trainHere({ store, queue, sweep, settings, files, ...how })
        if (files.hasChanged) throw await programChangedMeanwhile(store, sweep, settings)
        return taken
      })
    } catch (error) {
      // A host that cannot work takes nothing of any sweep; and a store that takes no end keeps its trials from others.
      const isSweeps = error instanceof SwathError && [...lasting, 'artifact'].includes(error.code)
      if ((error instanceof SwathError && error.code === 'setup') || (phase.isTraining && !isSweeps)) throw error
      await this.#refuse(sweep, error)
      return 0
    }
  }

  /** Undefined for a sweep whose row cannot be read: it is refused here, and others are trained. */
  async #settingsOf(sweep: SweepRow): Promise<SweepSettings | undefined> {
    try {
      return storedSettings(sweep)
    } catch (error) {
      await this.#refuse(sweep, error)
      return undefined
    }
  }

  /** What cannot be trained here may be elsewhere. */
  async #refuse(sweep: SweepRow, error: unknown): Promise<void> {
    const isLasting = error instanceof SwathError && lasting.includes(error.code)
    const reason = messageOf(error)
    const isKnown = this.#refused.get(keyOf(sweep))?.reason === reason
    this.#refused.set(keyOf(sweep), { until: isLasting ? Infinity : performance.now() + againMs, reason })
    if (isKnown) return
    const detail = `${process.pid} on this host: ${reason}`
    this.#context.observer.note(`${sweep.name} cannot be trained on this host: ${reason}`)
    await this.#patience.read(() =>
      this.#store.db
        .insertInto('events')
        .values({ sweep_id: sweep.id, trial_id: null, at: this.#store.now().toISOString(), kind: 'refused', detail })
        .execute(),
    )
  }
}

/** Another version of its program may be trained here. */
function keyOf({ id, program_sha256 }: SweepRow): string {
  return `${id} ${program_sha256 ?? ''}`
}

async function firstParameters(store: Store, sweepId: number): Promise<Parameters> {
  for await (const [first] of trialPages(store.db, sweepId)) {
    if (first !== undefined) return readableParameters(first)
  }
  return {}
}
