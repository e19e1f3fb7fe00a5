import type { SharedArtifacts } from '../artifacts/shared.ts'

/** Removes files whose rows are gone, beside whatever else is done. */
export class Removal {
  readonly #artifacts: Pick<SharedArtifacts, 'remove'>
  readonly #going = new Set<Promise<void>>()

  constructor(artifacts: Pick<SharedArtifacts, 'remove'>) {
    this.#artifacts = artifacts
  }

  /** A crash before the end leaves files that nobody names, and so does a place that cannot be reached: nobody waits for it. */
  begin(names: readonly string[]): void {
    if (names.length === 0) return
    const going: Promise<void> = this.#artifacts
      .remove(names)
      .catch(() => undefined)
      .finally(() => this.#going.delete(going))
    this.#going.add(going)
  }

  /** Resolves when all is removed that was to be. */
  async settled(): Promise<void> {
    await Promise.all(this.#going)
  }
}
