import { setTimeout as delay } from 'node:timers/promises'
import type { Participant, Setting } from './participant.ts'

/** How long a process may take to end when it is told to. */
const patienceMs = 40_000

/** A worker that is started again whenever it ends, as by systemd or Kubernetes. */
export class Host {
  readonly worker: Participant
  /** A small file system of its own; undefined where none may be mounted. */
  readonly disk: string | undefined
  readonly #home: Setting
  readonly #args: readonly string[]
  #setting: Setting
  #isOver = false
  #over: Promise<void> = Promise.resolve()
  #ended: Promise<unknown> = Promise.resolve()
  #pauseMs = 0
  /** True while whoever ends it meant to. */
  #isMeant = false
  /** What it said each time that it ended by itself. */
  readonly crashes: string[] = []

  constructor(worker: Participant, args: readonly string[], home: Setting, disk: string | undefined) {
    this.worker = worker
    this.disk = disk
    this.#args = args
    this.#home = home
    this.#setting = home
  }

  start(): void {
    this.#over = this.#keepRunning()
  }

  async #keepRunning(): Promise<void> {
    while (!this.#isOver) {
      const running = this.worker.run(this.#args, this.#setting)
      this.#ended = running
      const code = await running
      const isAway = /cannot be used: |is not answered by|→ run the same command again later/.test(this.worker.said)
      if (!this.#isMeant && !isAway) this.crashes.push(`it ended with ${String(code)}:\n${this.worker.said}`)
      this.#isMeant = false
      await delay(isAway ? 500 : this.#pauseMs)
    }
  }

  /** Ends the process, and has another in its place in a setting that is as at home where nothing else is said. */
  async replace(signal: NodeJS.Signals, pauseMs: number, setting: Partial<Setting> = {}): Promise<void> {
    this.#setting = { ...this.#home, ...setting }
    this.#pauseMs = pauseMs
    if (!this.worker.isRunning) return
    this.#isMeant = true
    this.worker.signal(signal)
    const late = setTimeout(() => {
      this.crashes.push(`it did not end within ${patienceMs / 1000} s of ${signal}:\n${this.worker.said}`)
      this.worker.signal('SIGKILL')
    }, patienceMs)
    await this.#ended
    clearTimeout(late)
  }

  async stop(): Promise<void> {
    this.#isOver = true
    this.#isMeant = true
    this.worker.signal('SIGKILL')
    await this.#over
    this.worker.close()
  }
}
