import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { TestProject } from 'vitest/node'

import { makeDatabase, startPostgres } from '../src/local-postgres/server.ts'
import { installChromium, missingBrowser } from './page/find-chromium.ts'
import { missingPgBouncer, unpackPgBouncer } from './store/postgres/find-pgbouncer.ts'

/**
 * Builds swath, sets up what it needs, and starts a PostgreSQL server, before any test: the end-to-end tests run the real
 * command. SWATH_TEST_POSTGRES names a server that runs already, with a superuser's URL.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' })
  execFileSync(process.execPath, ['bin/swath.js', 'setup'], { stdio: 'inherit' })
  installChromium()
  unpackPgBouncer()
  for (const missing of [missingBrowser(), missingPgBouncer()]) if (missing !== undefined) console.warn(missing)
  const { SWATH_TEST_POSTGRES } = process.env
  if (SWATH_TEST_POSTGRES !== undefined) {
    const url = await makeDatabase(SWATH_TEST_POSTGRES, randomUUID())
    project.provide('postgres', { url, superuserUrl: SWATH_TEST_POSTGRES })
    return () => Promise.resolve()
  }
  const folder = mkdtempSync(join(tmpdir(), 'swath-test-postgres-'))
  const server = await startPostgres(folder, { isDurable: false })
  project.provide('postgres', { url: server.url, superuserUrl: server.superuserUrl })
  return async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

declare module 'vitest' {
  interface ProvidedContext {
    /** A server of the whole test run, as the owner of a database and as a superuser. */
    readonly postgres: { readonly url: string; readonly superuserUrl: string }
    /** What `temporaryStore` makes: SQLite where nothing is provided. */
    readonly storeKind: 'postgres' | undefined
  }
}
