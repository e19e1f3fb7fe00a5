import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { withoutCredentials } from '../credentials.ts'

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['explorer'],
}

/**
 * Has the desktop open an address; where there is no desktop nothing happens, and the address is on the screen. The
 * address may hold a token, and every user sees the arguments of a process: the browser gets the name of a file that only
 * this user can read, which leads to the address.
 *
 * @returns removes the file
 */
export function openInBrowser(address: string): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'swath-open-'))
  const file = join(folder, 'open.html')
  const escaped = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
  const page = `<!doctype html><meta charset="utf-8"><title>swath</title>
<meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0; url=${escaped}">
<a href="${escaped}">Open the page</a>
`
  writeFileSync(file, page, { mode: 0o600, flag: 'wx' })
  const [command, ...args] = openers[process.platform] ?? ['xdg-open']
  const child = spawn(command, [...args, file], {
    env: withoutCredentials(process.env),
    stdio: 'ignore',
    detached: true,
  })
  child.on('error', () => undefined)
  child.unref()
  return () => {
    rmSync(folder, { recursive: true, force: true })
  }
}
