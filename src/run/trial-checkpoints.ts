import { trialFolder, type StoredArtifact } from '../artifacts/artifacts.ts'
import { isCheckpoint } from '../artifacts/strays.ts'
import type { SharedArtifacts } from '../artifacts/shared.ts'
import { bestOf, superfluous, type KeptCheckpoint } from '../artifacts/retention.ts'
import { messageOf, SwathError } from '../errors.ts'
import { reportedValue, type Report } from '../programs/program.ts'
import { checkpointsOf } from '../store/artifacts.ts'
import type { TrialRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { metricsOf } from '../store/trials.ts'
import type { SweepSettings } from '../sweep/definition.ts'

/** Does what needs the place of the artifacts; while that cannot be reached it waits. */
export type Carry = <T>(work: () => Promise<T>) => Promise<T>

type Checkpoint = KeptCheckpoint & { readonly artifact: StoredArtifact }

/** The checkpoints that one trial has, as its attempt goes on: from which it begins, and which it needs no longer. */
export class TrialCheckpoints {
  readonly #artifacts: SharedArtifacts
  readonly #settings: Pick<SweepSettings, 'checkpoint' | 'metric'>
  readonly #scores = new Map<number, number>()
  #kept: Checkpoint[] = []

  private constructor(artifacts: SharedArtifacts, settings: Pick<SweepSettings, 'checkpoint' | 'metric'>) {
    this.#artifacts = artifacts
    this.#settings = settings
  }

  static async of(
    store: Store,
    artifacts: SharedArtifacts,
    settings: Pick<SweepSettings, 'checkpoint' | 'metric'>,
    { id: trialId, attempt }: Pick<TrialRow, 'id' | 'attempt'>,
  ): Promise<TrialCheckpoints> {
    const checkpoints = new TrialCheckpoints(artifacts, settings)
    // A trial that nobody has begun has none.
    const rows = attempt === 0 ? [] : await checkpointsOf(store.db, trialId)
    if (rows.length > 0 && settings.checkpoint.keep === 'best') {
      for (const { epoch, name, value } of await metricsOf(store.db, trialId)) {
        checkpoints.#score({ epoch, [name]: value })
      }
    }
    for (const { epoch, name, bytes, sha256 } of rows) checkpoints.#add({ name, bytes, sha256 }, epoch ?? 0)
    return checkpoints
  }

  /**
   * The newest checkpoint that is whole, on this host; those above it that are not are named with the reason, and
   * forgotten.
   */
  async newestWhole(carry: Carry): Promise<{
    readonly resume: (StoredArtifact & { readonly epoch: number }) | undefined
    readonly damaged: string[]
    readonly reasons: string[]
  }> {
    const damaged: string[] = []
    const reasons: string[] = []
    for (const { artifact, epoch } of this.#kept.toSorted((a, b) => b.epoch - a.epoch)) {
      const flaw = await this.#bring(artifact, carry)
      if (flaw === undefined) {
        this.#kept = this.#kept.filter(({ name }) => !damaged.includes(name))
        return { resume: { ...artifact, epoch }, damaged, reasons }
      }
      damaged.push(artifact.name)
      reasons.push(flaw)
    }
    this.#kept = []
    return { resume: undefined, damaged, reasons }
  }

  /** What an attempt that was cut short left half done: files of attempts that neither a checkpoint is nor any of `others`. */
  async strays(trialId: number, carry: Carry, others: readonly string[]): Promise<string[]> {
    const named = new Set([...this.#kept.map(({ name }) => name), ...others])
    return carry(async () => {
      const found: string[] = []
      for await (const { name } of this.#artifacts.list(`${trialFolder(trialId)}/`)) {
        if (isCheckpoint(name) && !named.has(name)) found.push(name)
      }
      return found
    })
  }

  /** Counts a new one in. Returns the names of those that its trial needs no longer. */
  reported(report: Report, checkpoint: StoredArtifact | undefined): string[] {
    // When several reports make up an epoch, its checkpoint may come before its score.
    this.#score(report)
    if (checkpoint === undefined) return []
    this.#add(checkpoint, report.epoch)
    return this.#forget({ ended: false })
  }

  /** The names that go at the trial's end, and of those that stay the best. */
  ended(checkpoint: (StoredArtifact & { readonly epoch: number }) | null): {
    readonly drop: string[]
    readonly best: string | undefined
  } {
    if (checkpoint !== null) this.#add(checkpoint, checkpoint.epoch)
    const drop = this.#forget({ ended: true })
    return { drop, best: this.#settings.checkpoint.keep === 'best' ? bestOf(this.#kept)?.name : undefined }
  }

  /** Returns what is wrong with it, if anything is. */
  async #bring(artifact: StoredArtifact, carry: Carry): Promise<string | undefined> {
    try {
      await carry(() => this.#artifacts.fetch(artifact))
    } catch (error) {
      if (error instanceof SwathError && error.code === 'artifact') return messageOf(error)
      throw error
    }
    const flaw = this.#artifacts.host.flawOf(artifact)
    return flaw === undefined ? undefined : `${artifact.name} ${flaw}`
  }

  #add(artifact: StoredArtifact, epoch: number): void {
    this.#kept.push({ artifact, name: artifact.name, epoch, score: undefined })
  }

  #forget(when: { readonly ended: boolean }): string[] {
    this.#kept = this.#kept.map((each) => ({ ...each, score: this.#scores.get(each.epoch) }))
    const names = superfluous(this.#kept, this.#settings.checkpoint.keep, when).map(({ name }) => name)
    this.#kept = this.#kept.filter(({ name }) => !names.includes(name))
    return names
  }

  #score(report: Report): void {
    const { metric } = this.#settings
    const value = metric === null ? undefined : reportedValue(report, metric.name)
    if (metric !== null && value !== undefined)
      this.#scores.set(report.epoch, metric.goal === 'maximize' ? value : -value)
  }
}
