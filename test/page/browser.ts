import { chromium, type Browser } from 'playwright-core'
import { test } from 'vitest'

import { findChromium, missingBrowser } from './find-chromium.ts'

/** A test that needs a browser. */
export const pageTest = test.skipIf(findChromium() === undefined)

/** Whoever opens it closes it. */
export function openBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error(missingBrowser())
  // As root, as in most containers, its sandbox does not start, and shared memory is short.
  return chromium.launch({
    executablePath,
    args: ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  })
}
