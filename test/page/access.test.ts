import { join } from 'node:path'

import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'

import { smallSweep } from '../end-to-end/swath.ts'
import { seriousFindings } from './axe.ts'
import { pageTest, pageTools } from './browser.ts'

const tools = pageTools({ 'sweep.yaml': smallSweep })

const places: readonly (readonly [name: string, path: string, isThere: (page: Page) => Promise<void>])[] = [
  ['sweeps', '', (page) => page.getByRole('link', { name: 'small' }).waitFor()],
  [
    'sweep',
    'sweeps/small?color=width',
    (page) => page.getByRole('region', { name: 'Trade-off' }).locator('circle').first().waitFor(),
  ],
  ['sql', 'sql', (page) => page.getByRole('textbox', { name: 'Question in SQL' }).waitFor()],
  ['new-sweep', 'new', (page) => page.getByText(/has \d+ trials/).waitFor()],
]

/** Where pictures of the pages are kept, if they are wanted: `SWATH_SCREENSHOTS=docs/img npx vitest run test/page`. */
const { SWATH_SCREENSHOTS } = process.env

describe('every page', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [name, path, isThere] of places) {
      pageTest(`${name} is for everybody, ${colorScheme}`, async () => {
        const page = await tools.browser.newPage({ colorScheme, viewport: { width: 1280, height: 900 } })
        const troubles: string[] = []
        page.on('console', (message) => {
          if (message.type() === 'error') troubles.push(message.text())
        })
        page.on('request', (request) => {
          if (!request.url().startsWith(tools.served.url) && !/^(data|blob):/.test(request.url()))
            troubles.push(request.url())
        })
        await page.goto(tools.served.url + path)
        await isThere(page)
        expect(await seriousFindings(page)).toEqual([])
        if (SWATH_SCREENSHOTS !== undefined) {
          await page.screenshot({ path: join(SWATH_SCREENSHOTS, `page-${name}-${colorScheme}.png`) })
        }
        await page.setViewportSize({ width: 360, height: 740 })
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        expect(overflow).toBeLessThanOrEqual(0)
        // Its policy forbids nothing that it does, and no request leaves the machine.
        expect(troubles).toEqual([])
        await page.close()
      })
    }
  }

  pageTest('is used by the keyboard alone', async () => {
    const page = await tools.browser.newPage()
    await page.goto(tools.served.url)
    await page.getByRole('link', { name: 'small' }).waitFor()
    const focused = () => page.evaluate('document.activeElement.textContent')
    for (let k = 0; k < 20 && (await focused()) !== 'small'; k++) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/sweeps/small')
    await page.getByLabel('Trials where').waitFor()
    const name = () => page.evaluate('document.activeElement.id || document.activeElement.textContent')
    for (let k = 0; k < 20 && (await name()) !== 'where'; k++) await page.keyboard.press('Tab')
    await page.keyboard.type('width = 16')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Trials: 2' }).waitFor()
    for (let k = 0; k < 40 && (await name()) !== 'depth'; k++) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('th[aria-sort=ascending]').waitFor()
    await page.close()
  })

  pageTest('asks in SQL and shows the answer as table and plot', async () => {
    const page = await tools.browser.newPage()
    await page.goto(`${tools.served.url}sql`)
    await page.getByRole('textbox', { name: 'Question in SQL' }).click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText('select width, avg(val_accuracy) as accuracy from sweep_small group by width')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { name: /^2 rows/ }).waitFor()
    await page.getByRole('region', { name: 'As a plot' }).locator('circle').first().waitFor()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save as CSV' }).click()
    expect((await download).suggestedFilename()).toBe('answer.csv')
    await page.getByRole('textbox', { name: 'Question in SQL' }).click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText('drop table trials')
    await page.keyboard.press('Control+Enter')
    await page
      .getByRole('alert')
      .getByText(/only questions/)
      .waitFor()
    await page.close()
  })
})
