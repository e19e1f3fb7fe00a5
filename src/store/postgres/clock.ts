/** The server's time, as every transaction that writes brings it along; in between this machine's clock counts on. */
export class ServerClock {
  /** Milliseconds that the server is ahead. */
  #ahead = 0

  now(): Date {
    return new Date(Date.now() + this.#ahead)
  }

  /** @param seconds since 1970 by the server, a moment ago */
  heard(seconds: number): void {
    this.#ahead = seconds * 1_000 - Date.now()
  }
}
