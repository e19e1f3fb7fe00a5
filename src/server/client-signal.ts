import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'

/** Returns a signal that is aborted when the client leaves before it has its answer. */
export function clientSignal({ env }: Context): AbortSignal {
  const { outgoing } = env as HttpBindings
  const controller = new AbortController()
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) controller.abort(new Error('the client left'))
  })
  return controller.signal
}
