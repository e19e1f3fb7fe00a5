import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

import { serve, type ServeOptions } from '../../src/server/serve.ts'
import { openStore } from '../../src/store/open.ts'

/** A folder with a store, and its page on a port of its own. */
export interface ServedFolder {
  readonly folder: string
  /** With a slash at the end. */
  readonly url: string
  /** Runs the command in the folder, whatever its exit code. */
  swath(...args: readonly string[]): Promise<string>
  /** Ends the server and takes the folder away. */
  close(): Promise<void>
}

const run = promisify(execFile)
const command = resolve('bin/swath.js')

/** Serves the store of a folder to this machine, without a token unless the options name one, on any free port. */
export async function serveStore(folder: string, options: Partial<ServeOptions> = {}) {
  const location = `sqlite:${join(folder, 'swath.db')}`
  const store = await openStore(location, 'write')
  const served = await serve({
    ...{ store, location, folder, host: '127.0.0.1', port: 0, token: false, allowedHosts: [] },
    ...options,
  })
  return {
    ...{ url: served.url, entrance: served.entrance },
    async close() {
      await served.close()
      await store.close()
    },
  }
}

/** Serves a new folder with these files; `sweep.yaml` is run before, if there is one. */
export async function serveFolder(files: Readonly<Record<string, string>>): Promise<ServedFolder> {
  const folder = mkdtempSync(join(tmpdir(), 'swath-page-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const swath = async (...args: readonly string[]) => {
    const env = { ...process.env, NO_COLOR: '1' }
    const { stdout } = await run(process.execPath, [command, ...args], { cwd: folder, env }).catch(
      (error: unknown) => error as { stdout: string },
    )
    return stdout
  }
  if ('sweep.yaml' in files) await swath('run', 'sweep.yaml')
  const served = await serveStore(folder)
  return {
    ...{ folder, url: served.url, swath },
    async close() {
      await served.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
