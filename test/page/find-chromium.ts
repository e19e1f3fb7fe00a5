import { execFileSync, type ExecFileSyncOptions } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { isDebian } from '../debian.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const elsewhere = [
  '/usr/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** The browser that the page is tried in: the one that CHROMIUM names, or one that is installed. */
export function findChromium(): string | undefined {
  const { CHROMIUM, PATH = '' } = process.env
  if (CHROMIUM !== undefined) return existsSync(CHROMIUM) ? CHROMIUM : undefined
  const onPath = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return [...onPath, ...elsewhere].find((path) => existsSync(path))
}

/** Installs the browser where that may be done unasked: as root, on a Debian, whose package manager has it. */
export function installChromium(): void {
  if (findChromium() !== undefined || process.env.CHROMIUM !== undefined) return
  if (process.getuid?.() !== 0 || !isDebian()) return
  console.log('Installing Chromium, for the tests of the page …')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const options: ExecFileSyncOptions = { env, stdio: ['ignore', 'ignore', 'inherit'], timeout: 600_000 }
  try {
    execFileSync('apt-get', ['update', '-q'], options)
    execFileSync('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'], options)
  } catch {
    // It has said itself what it lacks; the tests that need a browser are skipped.
  }
}

/** In one line what is missing and what is not tested for it; undefined if nothing is. */
export function missingBrowser(): string | undefined {
  if (findChromium() !== undefined) return undefined
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'))
  return `no Chromium: \`apt-get install chromium\`, or CHROMIUM=<its path>; skipped: ${files.map((name) => `test/page/${name}`).join(', ')}`
}
