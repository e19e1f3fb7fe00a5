import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'

import { findChromium } from './find-chromium.ts'
import { serveFolder, type ServedFolder } from './served.ts'

const executablePath = findChromium()

/** A test that needs a browser. */
export const pageTest = test.skipIf(executablePath === undefined)

/** What the page tests of a file work with; there from the first of them to the last. */
export interface PageTools {
  browser: Browser
  /** Where the file has a folder of its own. */
  served: ServedFolder
}

/** Opens a browser for the tests of a file and, with some files, serves a folder to all of them. */
export function pageTools(files?: Readonly<Record<string, string>>): PageTools {
  const tools = {} as PageTools
  if (executablePath === undefined) return tools
  beforeAll(async () => {
    // As root, as in most containers, its sandbox does not start, and shared memory is short.
    const args = ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
    tools.browser = await chromium.launch({ executablePath, args })
    if (files !== undefined) tools.served = await serveFolder(files)
  })
  afterAll(async () => {
    await tools.browser.close()
    if (files !== undefined) await tools.served.close()
  })
  return tools
}
