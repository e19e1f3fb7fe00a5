import { join } from 'node:path'

import { trialFolder, type StoredArtifact } from '../artifacts/artifacts.ts'
import { looksOf, pack, unpack } from '../artifacts/pack.ts'
import type { SharedArtifacts } from '../artifacts/shared.ts'
import { messageOf, SwathError } from '../errors.ts'
import { foldersOf } from '../store/artifacts.ts'
import type { TrialRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { publishSoon } from './publish.ts'
import type { Carry } from './trial-checkpoints.ts'

/** Packs that stay while a trial trains: a damaged one has one before it. */
const newest = 2
/** What is being written while it is packed may be whole a moment later. */
const mostTries = 3

export interface PackedFolder {
  readonly folder: StoredArtifact
  /** It, if it is on this host alone so far. */
  readonly unpublished: readonly StoredArtifact[]
  /** The packs that it stands in for. */
  readonly drop: readonly string[]
}

/** What a program keeps in its trial's folder, which follows the trial from host to host. */
export class TrialFolder {
  readonly #artifacts: SharedArtifacts
  readonly #trial: string
  readonly #attempt: number
  #kept: StoredArtifact[]
  #looks = ''
  #packs = 0

  private constructor(artifacts: SharedArtifacts, trial: Pick<TrialRow, 'id' | 'attempt'>, kept: StoredArtifact[]) {
    this.#artifacts = artifacts
    this.#trial = trialFolder(trial.id)
    this.#attempt = trial.attempt + 1
    this.#kept = kept
  }

  static async of(
    store: Store,
    artifacts: SharedArtifacts,
    trial: Pick<TrialRow, 'id' | 'attempt'>,
  ): Promise<TrialFolder> {
    const isNew = trial.attempt === 0 || !artifacts.isCarried
    return new TrialFolder(artifacts, trial, isNew ? [] : await foldersOf(store.db, trial.id))
  }

  get names(): string[] {
    return this.#kept.map(({ name }) => name)
  }

  /** Has the folder hold what it held last, on whichever host; returns what is wrong with newer packs. */
  async bring(carry: Carry): Promise<string[]> {
    const reasons: string[] = []
    for (const kept of this.#kept.toReversed()) {
      try {
        await carry(() => this.#artifacts.fetch(kept))
        await carry(() => unpack(this.#artifacts.host.location, kept.name))
        this.#artifacts.host.remove([kept.name])
        this.#looks = await looksOf(this.#path)
        return reasons
      } catch (error) {
        if (!(error instanceof SwathError && error.code === 'artifact')) throw error
        reasons.push(messageOf(error))
      }
    }
    return reasons
  }

  /** Publishes what has changed since the last time, if anything has. */
  async publish(carry: Carry): Promise<PackedFolder | undefined> {
    const looks = await looksOf(this.#path)
    if (looks === this.#looks || looks === '') return undefined
    this.#packs++
    const name = `${this.#trial}/attempt-${this.#attempt}-folder-${this.#packs}.tar`
    const folder = await carry(() => this.#pack(name))
    if (folder === undefined) return undefined
    const unpublished = await publishSoon(this.#artifacts, folder)
    this.#looks = looks
    this.#kept.push(folder)
    return { folder, unpublished, drop: this.#forget(newest) }
  }

  /** The packs that go at the trial's end. */
  ended(): string[] {
    return this.#forget(1)
  }

  get #path(): string {
    return join(this.#artifacts.host.location, this.#trial)
  }

  /** A file that goes while it is packed leaves the rest to the next report. */
  async #pack(name: string): Promise<StoredArtifact | undefined> {
    for (let tries = 1; ; tries++) {
      try {
        return await pack(this.#artifacts.host.location, name)
      } catch (error) {
        this.#artifacts.host.remove([name])
        if (this.#artifacts.obstacle(error) !== undefined) throw error
        if (tries === mostTries) return undefined
      }
    }
  }

  #forget(most: number): string[] {
    const names = this.#kept.slice(0, -most).map(({ name }) => name)
    this.#kept = this.#kept.slice(-most)
    return names
  }
}
