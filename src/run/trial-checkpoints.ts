import { trialFolder, type Artifacts, type StoredArtifact } from '../artifacts/artifacts.ts'
import { openArtifacts } from '../artifacts/open.ts'
import { checkpointsIn } from '../artifacts/strays.ts'
import { bestOf, superfluous, type KeptCheckpoint } from '../artifacts/retention.ts'
import type { Report } from '../programs/program.ts'
import { artifactsOf } from '../store/artifacts.ts'
import type { TrialRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { metricsOf } from '../store/trials.ts'
import type { SweepSettings } from '../sweep/definition.ts'

type Checkpoint = KeptCheckpoint & { readonly artifact: StoredArtifact }

/** The checkpoints that one trial has, as its attempt goes on: from which it begins, and which it needs no longer. */
export class TrialCheckpoints {
  readonly #artifacts: Artifacts
  readonly #settings: Pick<SweepSettings, 'checkpoint' | 'metric'>
  readonly #scores = new Map<number, number>()
  #kept: Checkpoint[] = []

  private constructor(artifacts: Artifacts, settings: Pick<SweepSettings, 'checkpoint' | 'metric'>) {
    this.#artifacts = artifacts
    this.#settings = settings
  }

  static async of(
    store: Store,
    location: string,
    settings: Pick<SweepSettings, 'checkpoint' | 'metric'>,
    { id: trialId, attempt }: Pick<TrialRow, 'id' | 'attempt'>,
  ): Promise<TrialCheckpoints> {
    const checkpoints = new TrialCheckpoints(openArtifacts(location), settings)
    // A trial that nobody has begun has none.
    const rows = attempt === 0 ? [] : await artifactsOf(store.db, trialId)
    if (rows.length > 0 && settings.checkpoint.keep === 'best') {
      for (const { epoch, name, value } of await metricsOf(store.db, trialId)) {
        checkpoints.#score({ epoch, [name]: value })
      }
    }
    for (const { epoch, name, bytes, sha256 } of rows) checkpoints.#add({ name, bytes, sha256 }, epoch ?? 0)
    return checkpoints
  }

  /**
   * The newest checkpoint that is whole; those above it that are not are named with the reason, and forgotten.
   */
  newestWhole(): {
    readonly resume: (StoredArtifact & { readonly epoch: number }) | undefined
    readonly damaged: string[]
    readonly reasons: string[]
  } {
    const damaged: string[] = []
    const reasons: string[] = []
    for (const { artifact, epoch } of this.#kept.toSorted((a, b) => b.epoch - a.epoch)) {
      const flaw = this.#artifacts.flawOf(artifact)
      if (flaw === undefined) {
        this.#kept = this.#kept.filter(({ name }) => !damaged.includes(name))
        return { resume: { ...artifact, epoch }, damaged, reasons }
      }
      damaged.push(artifact.name)
      reasons.push(`${artifact.name} ${flaw}`)
    }
    this.#kept = []
    return { resume: undefined, damaged, reasons }
  }

  /** Removes what an attempt that was cut short left half done: files of attempts that no row names. */
  removeStrays(trialId: number): void {
    const named = new Set(this.#kept.map(({ name }) => name))
    this.remove(checkpointsIn(this.#artifacts, trialFolder(trialId)).filter((name) => !named.has(name)))
  }

  /** Counts a new one in. Returns the names of those that its trial needs no longer. */
  reported(report: Report, checkpoint: StoredArtifact | undefined): string[] {
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

  /** Removes files whose rows are gone; a crash before leaves files that nobody names. */
  remove(names: readonly string[]): void {
    if (names.length > 0) this.#artifacts.remove(names)
  }

  #add(artifact: StoredArtifact, epoch: number): void {
    this.#kept.push({ artifact, name: artifact.name, epoch, score: this.#scores.get(epoch) })
  }

  #forget(when: { readonly ended: boolean }): string[] {
    const names = superfluous(this.#kept, this.#settings.checkpoint.keep, when).map(({ name }) => name)
    this.#kept = this.#kept.filter(({ name }) => !names.includes(name))
    return names
  }

  #score(report: Report): void {
    const { metric } = this.#settings
    const value = metric === null ? undefined : report[metric.name]
    if (metric !== null && value !== undefined)
      this.#scores.set(report.epoch, metric.goal === 'maximize' ? value : -value)
  }
}
