import { extname } from 'node:path'

import type { ProgramFiles } from '../programs/program-files.ts'
import { ownFiles } from '../programs/sources/sources.ts'
import type { ProgramReference } from '../workers/protocol.ts'

/** A program that has not reported by then counts as loaded. */
const longestLoadMs = 60_000

/** Trials of no time share one look: the last at an attempt's end is the first of the next. */
export const recentMs = 5

/**
 * The time in which one attempt's program reads its files: an edit in it may have given the attempt a mixture of two
 * versions. It ends with the attempt's first report, or a minute after its start: what is changed later does not reach a
 * program that is loaded. A shell reads its script line by line as it runs, so its time lasts as long as the attempt.
 */
export class Loading {
  readonly #files: ProgramFiles
  readonly #lasts: boolean
  #writes = 0
  #timer: NodeJS.Timeout | undefined
  #isOver = false
  #wasDisturbed = false

  constructor(files: ProgramFiles, program: ProgramReference) {
    this.#files = files
    this.#lasts = 'command' in program && ownFiles(program).some(isShellScript)
  }

  /**
   * Begins, just before the program is started; false if the program is not the one that the sweep trains.
   * @param onDisturbed called once if a file is written before the program counts as loaded
   */
  begin(onDisturbed: () => void): boolean {
    if (this.#files.sha256 === null) {
      this.#isOver = true
      return true
    }
    // An edit since a recent look is found at the end: then the attempt counts as disturbed.
    if (this.#files.look({ withinMs: recentMs })) {
      this.#isOver = true
      return false
    }
    this.#writes = this.#files.writes
    if (this.#lasts) return true
    this.#timer = setTimeout(() => {
      if (this.#end()) onDisturbed()
    }, longestLoadMs)
    return true
  }

  /** The attempt has reported; true if its program may be a mixture. */
  reported(): boolean {
    return this.#lasts ? false : this.#end()
  }

  /** The attempt has ended; true if its program may have been a mixture. */
  ended(): boolean {
    return this.#end()
  }

  #end(): boolean {
    if (this.#isOver) return this.#wasDisturbed
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#files.look()
    this.#wasDisturbed = this.#files.writes !== this.#writes
    return this.#wasDisturbed
  }
}

function isShellScript(path: string): boolean {
  return ['.sh', '.bash'].includes(extname(path).toLowerCase())
}
