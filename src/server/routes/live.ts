import { OpenAPIHono } from '@hono/zod-openapi'
import { streamSSE } from 'hono/streaming'

import { SweepWatch } from '../sweep-watch.ts'
import { findSweep } from '../../store/find-sweep.ts'
import type { ServerContext } from '../context.ts'

/** Shortest and longest pause between two readings of a sweep that a page shows. */
const lookMs = 1_000
const mostMs = 5_000
/** Proxies end a connection on which nothing comes. */
const silenceMs = 15_000

/**
 * Server-sent events of a sweep: what its trials have come to since the last one, and which train. The id of each is a
 * place in the rows, so that whoever comes back with `Last-Event-ID` hears what happened meanwhile.
 */
export function liveRoutes({ store }: ServerContext) {
  const app = new OpenAPIHono()
  app.get('/sweeps/:name/events', async (context) => {
    const sweep = await findSweep(store, context.req.param('name'))
    const watch = new SweepWatch(store, sweep.id, context.req.header('last-event-id') ?? context.req.query('after'))
    context.header('x-accel-buffering', 'no')
    return streamSSE(context, async (stream) => {
      let silent = 0
      while (!stream.aborted) {
        const began = performance.now()
        const news = await watch.look()
        if (news !== undefined) {
          await stream.writeSSE({ event: 'news', id: news.id, data: JSON.stringify(news.data) })
          silent = 0
        } else if ((silent += lookMs) >= silenceMs) {
          await stream.write(': still here\n\n')
          silent = 0
        }
        // Training may use the same cores: reading takes half a hundredth of the time, unless even that would be rare.
        await stream.sleep(Math.min(Math.max(lookMs, 199 * (performance.now() - began)), mostMs))
      }
    })
  })
  return app
}
