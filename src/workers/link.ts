import { MessageChannel, type MessagePort } from 'node:worker_threads'

import { acknowledge, createFlow } from './flow.ts'
import type { Connection, TrialCommand, TrialMail, TrialMessage } from './protocol.ts'

/** Deals with a message of one trial. */
export type MailHandler = (message: TrialMessage) => Promise<void>

/**
 * The run's side of what joins it to a worker thread: one for all trials of the thread, because a port for each took
 * longer than all else of a short one.
 */
export class Link {
  readonly #port: MessagePort
  readonly #flow = createFlow()
  /** Given to the thread with its first trial. */
  readonly remote: Connection
  readonly #handlers = new Map<number, MailHandler>()
  #isOpen = true

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.remote = { port: port2, flow: this.#flow }
    port1.on('message', ({ trialId, message }: TrialMail) => {
      const handled = this.#handlers.get(trialId)?.(message) ?? Promise.resolve()
      void handled.finally(() => {
        acknowledge(this.#flow)
      })
    })
    port1.once('close', () => {
      this.#isOpen = false
    })
    port1.unref()
  }

  /** False once the thread is gone. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** From now on a trial's messages are dealt with, also those that come late: until the one after the next begins. */
  begin(trialId: number, handler: MailHandler): void {
    const [...earlier] = this.#handlers.keys()
    for (const id of earlier.slice(0, -1)) this.#handlers.delete(id)
    this.#handlers.delete(trialId)
    this.#handlers.set(trialId, handler)
  }

  send(command: TrialCommand): void {
    this.#port.postMessage(command)
  }

  close(): void {
    this.#isOpen = false
    this.#port.close()
  }
}
