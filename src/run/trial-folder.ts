import { trialFolder, type StoredArtifact } from '../artifacts/artifacts.ts'
import { contentsOf, type FolderContents, type LeftOut } from '../artifacts/folder-contents.ts'
import { pack, unpack } from '../artifacts/pack.ts'
import type { SharedArtifacts } from '../artifacts/shared.ts'
import { messageOf } from '../errors.ts'
import { pathBelow } from '../path-below.ts'
import { firstOf } from '../report/enumerate.ts'
import { foldersOf } from '../store/artifacts.ts'
import type { TrialRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { publishSoon } from './publish.ts'
import type { Carry } from './trial-checkpoints.ts'

/** Packs that stay while a trial trains: a damaged one has one before it. */
const newest = 2
/** What is being written while it is packed may be whole a moment later. */
const mostTries = 3
/** Files that a notice names. */
const mostNamed = 5

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
  readonly #warn: (text: string) => void
  readonly #trial: string
  readonly #attempt: number
  readonly #said = new Set<string>()
  #kept: StoredArtifact[]
  #looks = ''
  #packs = 0

  private constructor(
    artifacts: SharedArtifacts,
    trial: Pick<TrialRow, 'id' | 'attempt'>,
    kept: StoredArtifact[],
    warn: (text: string) => void,
  ) {
    this.#artifacts = artifacts
    this.#warn = warn
    this.#trial = trialFolder(trial.id)
    this.#attempt = trial.attempt + 1
    this.#kept = kept
  }

  /** @param warn told what does not follow the trial, once an attempt */
  static async of(
    store: Store,
    artifacts: SharedArtifacts,
    trial: Pick<TrialRow, 'id' | 'attempt'>,
    warn: (text: string) => void,
  ): Promise<TrialFolder> {
    const isNew = trial.attempt === 0 || !artifacts.isCarried
    return new TrialFolder(artifacts, trial, isNew ? [] : await foldersOf(store.db, trial.id), warn)
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
        this.#looks = (await contentsOf(this.#path)).looks
        return reasons
      } catch (error) {
        // A place that is away keeps the trial waiting, until the run is ended: no pack is at fault.
        if (this.#artifacts.obstacle(error) !== undefined) throw error
        reasons.push(messageOf(error))
      }
    }
    return reasons
  }

  /** Publishes what has changed since the last time, if anything has. */
  async publish(carry: Carry): Promise<PackedFolder | undefined> {
    const contents = await contentsOf(this.#path)
    if (contents.looks === this.#looks) return undefined
    this.#sayLeftOut(contents.leftOut)
    if (contents.paths.length === 0) return undefined
    this.#packs++
    const name = `${this.#trial}/attempt-${this.#attempt}-folder-${this.#packs}.tar`
    const folder = await carry(() => this.#pack(name, contents))
    if (folder === undefined) return undefined
    const unpublished = await publishSoon(this.#artifacts, folder)
    this.#looks = contents.looks
    this.#kept.push(folder)
    return { folder, unpublished, drop: this.#forget(newest) }
  }

  /** The packs that go at the trial's end. */
  ended(): string[] {
    return this.#forget(1)
  }

  get #path(): string {
    return pathBelow(this.#artifacts.host.location, this.#trial)
  }

  /** A file that goes while it is packed leaves the rest to the next report. */
  async #pack(name: string, contents: FolderContents): Promise<StoredArtifact | undefined> {
    for (let tries = 1; ; tries++) {
      try {
        return await pack(this.#artifacts.host.location, name, contents)
      } catch (error) {
        this.#artifacts.host.remove([name])
        if (this.#artifacts.obstacle(error) !== undefined) throw error
        contents = await contentsOf(this.#path)
        if (tries === mostTries) {
          this.#say(`its folder cannot be packed now: ${messageOf(error)}`)
          return undefined
        }
      }
    }
  }

  #sayLeftOut(leftOut: readonly LeftOut[]): void {
    const added = leftOut.filter(({ path }) => !this.#said.has(path))
    if (added.length === 0) return
    for (const { path } of added) this.#said.add(path)
    const named = firstOf(
      added.map(({ path, reason }) => `${path} (${reason})`),
      mostNamed,
    )
    this.#warn(`does not follow it to other hosts: ${named}`)
  }

  #say(text: string): void {
    if (this.#said.has(text)) return
    this.#said.add(text)
    this.#warn(text)
  }

  #forget(most: number): string[] {
    const names = this.#kept.slice(0, -most).map(({ name }) => name)
    this.#kept = this.#kept.slice(-most)
    return names
  }
}
