import { Sender } from './flow.ts'
import type { Connection, TrialCommand, TrialMail, TrialMessage } from './protocol.ts'

/** The thread's side of what joins it to the run. */
export class ThreadConnection {
  readonly #port: Connection['port']
  readonly #sender: Sender

  constructor({ port, flow }: Connection, onCommand: (command: TrialCommand) => void) {
    this.#port = port
    this.#sender = new Sender(flow)
    port.on('message', onCommand)
  }

  send(trialId: number, message: TrialMessage): void {
    this.#sender.beforeSending()
    this.#port.postMessage({ trialId, message } satisfies TrialMail)
  }

  close(): void {
    this.#port.close()
  }
}
