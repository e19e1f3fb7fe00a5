import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { startPostgres, type LocalPostgres } from '../../src/local-postgres/server.ts'

/** A durable PostgreSQL that comes back on the same port after it was ended. */
export class Database {
  readonly #folder: string
  #server: LocalPostgres

  private constructor(folder: string, server: LocalPostgres) {
    this.#folder = folder
    this.#server = server
  }

  static async start(folder: string): Promise<Database> {
    return new Database(folder, await startPostgres(folder))
  }

  get url(): URL {
    return new URL(this.#server.url)
  }

  /** Whether a sweep of this name was planned; undefined while nobody can be asked. */
  async has(name: string): Promise<boolean | undefined> {
    const client = new pg.Client(this.url.href)
    client.on('error', () => undefined)
    try {
      await client.connect()
      const { rowCount } = await client.query('select from swath.sweeps where name = $1', [name])
      return rowCount !== 0
    } catch (error) {
      // The first to come makes the tables.
      return (error as { readonly code?: string }).code === '42P01' ? false : undefined
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  /** As an administrator does; who is connected loses the connection. */
  async restart(awayMs: number): Promise<void> {
    await this.#server.stop()
    await delay(awayMs)
    await this.#startAgain()
  }

  async kill(awayMs: number): Promise<void> {
    process.kill(this.#server.pid, 'SIGKILL')
    await this.#server.ended
    await delay(awayMs)
    await this.#startAgain()
  }

  /** Processes that it left behind when it was killed may still hold its memory. */
  async #startAgain(): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        this.#server = await startPostgres(this.#folder)
        return
      } catch (error) {
        if (tries >= 60) throw error
        await delay(500)
      }
    }
  }

  async stop(): Promise<void> {
    await this.#server.stop()
  }
}
