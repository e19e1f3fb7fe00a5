/** Messages that a trial may have under way before its thread waits for them to be dealt with. */
const mostUnderWay = 256

/** What both sides of a trial's port count with: how many of its messages were dealt with. */
export function createFlow(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
}

/** The run's side: one message more was dealt with. */
export function acknowledge(flow: Int32Array): void {
  Atomics.add(flow, 0, 1)
  Atomics.notify(flow, 0)
}

/**
 * The trial's side. A program that never awaits its reports, or prints without end, is slowed here: its thread sleeps,
 * where its messages would otherwise fill the memory.
 */
export class Sender {
  readonly #flow: Int32Array
  #sent = 0

  constructor(flow: Int32Array) {
    this.#flow = flow
  }

  beforeSending(): void {
    this.#sent = (this.#sent + 1) | 0
    for (;;) {
      const done = Atomics.load(this.#flow, 0)
      if (((this.#sent - done) | 0) <= mostUnderWay) return
      Atomics.wait(this.#flow, 0, done)
    }
  }
}
