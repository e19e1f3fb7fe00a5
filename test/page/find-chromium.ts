import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

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

/** In one line what is missing and what is not tested for it; undefined if nothing is. */
export function missingBrowser(): string | undefined {
  if (findChromium() !== undefined) return undefined
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'))
  return `no Chromium: \`apt-get install chromium\`, or CHROMIUM=<its path>; skipped: ${files.map((name) => `test/page/${name}`).join(', ')}`
}
