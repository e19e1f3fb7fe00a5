import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** What joins one process to the database: TCP that can be slow, lose packets, be cut off, and be reset. */
export class Wire {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #target: number
  /** Connections of which nothing passes. */
  #isCut = false
  /** Each way, in ms. */
  delayMs = 0
  /** Part of the packets that are lost and sent again, for which TCP takes as long as this. */
  loss: { readonly part: number; readonly againMs: number } | undefined

  private constructor(target: number) {
    this.#target = target
    this.#server = createServer((near) => {
      const far = connect(this.#target, '127.0.0.1')
      this.#join(near, far)
      this.#join(far, near)
    })
  }

  /** @param target the database's port on this machine */
  static async open(target: number): Promise<Wire> {
    const wire = new Wire(target)
    wire.#server.listen(0, '127.0.0.1')
    await once(wire.#server, 'listening')
    return wire
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from)
    if (this.#isCut) from.pause()
    let last = 0
    from.on('data', (chunk) => {
      const lost = this.loss !== undefined && Math.random() < this.loss.part ? this.loss.againMs : 0
      const now = performance.now()
      // What comes later does not overtake.
      last = Math.max(last, now + this.delayMs + lost)
      if (last <= now) to.write(chunk)
      else setTimeout(() => to.destroyed || to.write(chunk), last - now)
    })
    from.on('end', () => to.end())
    from.on('error', () => to.destroy())
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
  }

  /** Nothing passes any more, and nobody is told. */
  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.pause()
  }

  /** What waited on its way arrives. */
  mend(): void {
    this.#isCut = false
    for (const socket of this.#sockets) socket.resume()
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}
