import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { join } from 'node:path'

import { SwathError } from '../errors.ts'
import { packageRoot } from '../package-root.ts'
import { thisProcess } from '../store/coordinators.ts'
import type { Store } from '../store/store.ts'

const lookMs = 100
/** What a command says at its end is all that is kept of it. */
const mostOutput = 4_000

interface Started {
  /** Null where there was nothing left to do. */
  readonly sweep: string | null
  readonly pid: number
}

/**
 * Runs that somebody started from the page: each is the command that would be typed, in a process of its own, so that
 * looking at a sweep takes nothing from training it. Where they are is in the store, like every run.
 */
export class Runs {
  readonly #store: Store
  readonly #location: string
  /** Where runs are started. */
  readonly folder: string
  readonly #running = new Set<ChildProcess>()
  /** Starts that are under way, by their command. */
  readonly #starting = new Map<string, Promise<Started>>()

  /**
   * @param location of the store, as after `--store`
   * @param folder where it is started, as if typed there
   */
  constructor(store: Store, location: string, folder: string) {
    this.#store = store
    this.#location = location
    this.folder = folder
  }

  /**
   * Starts `swath run` or `swath resume`; resolves with the sweep's name once it has been taken, or when there was
   * nothing left to do. Rejects with what the command said where it ended before. The same command that is asked for
   * again meanwhile, as by a double click, is started once; `--new` asks for a sweep each time.
   *
   * @param input what `-` in the arguments stands for
   */
  start(args: readonly string[], input = ''): Promise<Started> {
    if (args.includes('--new')) return this.#start(args, input)
    const key = JSON.stringify([args, input])
    const started = this.#starting.get(key) ?? this.#start(args, input).finally(() => this.#starting.delete(key))
    this.#starting.set(key, started)
    return started
  }

  async #start(args: readonly string[], input: string): Promise<Started> {
    const command = [join(packageRoot, 'bin', 'swath.js'), ...args]
    const since = this.#store.now()
    const child = spawn(process.execPath, command, {
      cwd: this.folder,
      // Not as an argument: others see those, and there may be a password in it.
      env: { ...process.env, NO_COLOR: '1', SWATH_STORE: this.#location },
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    this.#running.add(child)
    let said = ''
    child.stderr.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-mostOutput)))
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    void ended.then(() => this.#running.delete(child))
    // It may end before it has read all.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    const pid = child.pid ?? 0
    for (;;) {
      const code = await Promise.race([ended, delay(lookMs, 'runs' as const)])
      if (code === 'runs') {
        const sweep = await this.#sweepOf(pid, since)
        if (sweep !== undefined) return { sweep, pid }
      } else if (code === 0 || code === 1) return { sweep: null, pid }
      else throw errorIn(said)
    }
  }

  /** Has every run end as after Ctrl-C, and waits for it. */
  async close(): Promise<void> {
    const ends = [...this.#running].map((child) => new Promise((resolve) => child.once('close', resolve)))
    for (const child of this.#running) child.kill('SIGINT')
    await Promise.all(ends)
  }

  async #sweepOf(pid: number, since: Date): Promise<string | undefined> {
    const row = await this.#store.db
      .selectFrom('coordinators as c')
      .innerJoin('sweeps as s', 's.id', 'c.sweep_id')
      .select('s.name')
      .where('c.pid', '=', pid)
      // Hosts that share the store have processes of the same number.
      .where('c.host', '=', thisProcess().host)
      // One that ended may have left a row with the same number.
      .where('c.started_at', '>=', since.toISOString())
      .executeTakeFirst()
    return row?.name
  }
}

/** True if a command ended because another process runs the sweep. */
function isBusy(said: string): boolean {
  return / is being run by process \d+ on /.test(said)
}

/** What a command says that it could not do, without the words around it. */
function errorIn(said: string): SwathError {
  const [message = '', hint] = said
    .replace(/^(swath|error): /m, '')
    .trim()
    .split(/\n(?:→|->) /)
  // Who asked may ask again, and accept the program as it is now.
  const isChanged = hint?.includes('--accept-program') === true
  const code = isChanged ? 'sweep-changed' : isBusy(said) ? 'sweep-busy' : 'usage'
  return new SwathError(code, message || 'the run ended before it began', hint === undefined ? {} : { hint })
}
