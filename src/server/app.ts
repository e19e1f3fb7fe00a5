import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { serveStatic } from '@hono/node-server/serve-static'
import { OpenAPIHono } from '@hono/zod-openapi'
import { compress } from 'hono/compress'
import { HTTPException } from 'hono/http-exception'

import { packageRoot, packageVersion } from '../package-root.ts'
import type { ServerContext } from './context.ts'
import { errorAnswer } from './errors.ts'
import { ownHosts } from './guards/host.ts'
import { rateLimit } from './guards/limits.ts'
import { ownOrigin } from './guards/origin.ts'
import { policy } from './guards/policy.ts'
import { knowsToken } from './guards/token.ts'
import { figuresRoutes } from './routes/figures.ts'
import { liveRoutes } from './routes/live.ts'
import { modelsRoutes } from './routes/models.ts'
import { pointsRoutes } from './routes/points.ts'
import { sqlRoutes } from './routes/sql.ts'
import { sweepRoutes } from './routes/sweep.ts'
import { sweepsRoutes } from './routes/sweeps.ts'
import { trialRoutes } from './routes/trial.ts'

/** The page's files, made by `npm run build`. */
const pageFolder = join(packageRoot, 'dist', 'web')

/** Returns the page and its API. The guards refuse a request before any route sees it. */
export function createApp(context: ServerContext): OpenAPIHono {
  const app = new OpenAPIHono()
  app.onError(errorAnswer)
  app.use(policy, rateLimit(), ownHosts(context.access), ownOrigin, knowsToken(context.access))
  // Within a machine compression costs more than it saves, and takes the time from trials.
  if (!context.access.isLocal) app.use(compress())

  const api = new OpenAPIHono()
  for (const part of [sweepsRoutes, sweepRoutes, pointsRoutes, figuresRoutes, trialRoutes, modelsRoutes, sqlRoutes]) {
    api.route('/', part(context))
  }
  api.route('/', liveRoutes(context))
  api.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'swath', version: packageVersion(), description: 'Sweeps, their trials and what came of them.' },
    servers: [{ url: '/api/v1' }],
  })
  api.onError(errorAnswer)
  app.route('/api/v1', api)
  app.all('/api/*', ({ req }) => {
    throw new HTTPException(404, { message: `there is no ${req.method} ${req.path}: see /api/v1/openapi.json` })
  })

  if (!existsSync(pageFolder)) {
    app.get('*', (asked) => asked.text('The page is not built: run `npm run build`. The API is at /api/v1.', 503))
    return app
  }
  // Vite names these by what is in them.
  app.use('/assets/*', async (asked, next) => {
    await next()
    asked.header('cache-control', 'public, max-age=31536000, immutable')
  })
  app.use('*', serveStatic({ root: pageFolder }))
  // Every other address is one of the page's own.
  app.get('*', serveStatic({ root: pageFolder, path: 'index.html' }))
  return app
}
