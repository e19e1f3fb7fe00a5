import { join } from 'node:path'

import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'

import { fillStore } from '../../bench/store/big-store.ts'
import { withStore } from '../../src/store/open.ts'
import { smallSweep } from '../end-to-end/swath.ts'
import { temporaryFolder } from '../store/temporary-store.ts'
import { pageTest, pageTools } from './browser.ts'
import { serveStore } from './served.ts'

const tools = pageTools({ 'sweep.yaml': smallSweep })

const plotOf = (page: Page, panel: string) => page.getByRole('region', { name: panel }).locator('svg.swath-plot').last()
const rowsOf = (page: Page) => page.getByRole('region', { name: 'Rows of trials' }).locator('tbody tr:not(.space)')

/** Trains for some seconds: long enough to be seen at it. */
const watched = smallSweep
  .replace('name: small', 'name: watched')
  .replace('limit: 3000', 'limit: 12000')
  .replace('epochs: { value: 2 }', 'epochs: { value: 80 }')

/** Systems give no such port to whoever asks for any: it is free once more when its server is back. */
const ownPort = 20_000 + Math.floor(Math.random() * 10_000)

describe('a sweep on the page', () => {
  pageTest('trains for real when it is started there, and its front grows while it is watched', async () => {
    const page = await tools.browser.newPage()
    await page.goto(`${tools.served.url}new`)
    const editor = page.getByRole('textbox', { name: 'Sweep file' })
    await editor.click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText(watched.replace('grid', 'gird'))
    await page.getByText('Line 3, column 9').waitFor()
    expect(await page.getByRole('button', { name: 'Run', exact: true }).isDisabled()).toBe(true)
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText(watched)
    await page.getByText('watched has 4 trials.').waitFor()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.waitForURL('**/sweeps/watched')
    await page.getByRole('region', { name: 'Running trials' }).waitFor()
    // Trials end one after the other, and each is drawn as it does.
    await page.getByRole('img', { name: /over flops of [123] points?/ }).waitFor()
    await page.getByText('4 of 4').waitFor()
    await page.getByRole('img', { name: /over flops of 4 points/ }).waitFor()
    expect(await plotOf(page, 'Trade-off').locator('circle').count()).toBeGreaterThanOrEqual(4)
    await page.getByRole('region', { name: 'Running trials' }).waitFor({ state: 'detached' })
    await page.close()
  })

  pageTest('has the other plots and the table follow what is brushed, and the address holds it', async () => {
    const page = await tools.browser.newPage()
    await page.goto(`${tools.served.url}sweeps/small?y=val_accuracy`)
    await expect.poll(() => rowsOf(page).count()).toBe(4)
    const plot = plotOf(page, 'Trade-off')
    const box = await plot.boundingBox()
    if (box === null) throw new Error('there is no plot')
    // The cheaper half: networks of width 16.
    await page.mouse.move(box.x + 62, box.y + 5)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 45, { steps: 5 })
    await page.mouse.up()
    await expect.poll(() => rowsOf(page).count()).toBe(2)
    await page.getByRole('img', { name: 'val_accuracy by epoch of 2 trials' }).waitFor()
    expect(page.url()).toMatch(/select=flops/)
    const address = page.url()
    // The same view, for somebody else.
    const other = await tools.browser.newPage()
    await other.goto(address)
    await expect.poll(() => rowsOf(other).count()).toBe(2)
    await other.getByRole('button', { name: 'All trials' }).click()
    await expect.poll(() => rowsOf(other).count()).toBe(4)
    await other.close()
    await page.close()
  })

  pageTest('chooses trials by a condition, sorts, groups, and says what is wrong with one', async () => {
    const page = await tools.browser.newPage()
    await page.goto(`${tools.served.url}sweeps/small`)
    const where = page.getByLabel('Trials where')
    await where.fill('depth >= 2')
    await where.press('Enter')
    await expect.poll(() => rowsOf(page).count()).toBe(2)
    await page.getByRole('button', { name: 'width' }).click()
    await page.getByRole('button', { name: /^width/ }).click()
    await expect.poll(() => rowsOf(page).first().innerText()).toContain('32')
    await page.getByLabel('a row a').selectOption('depth')
    await expect.poll(() => rowsOf(page).count()).toBe(1)
    await where.fill('dept >= 2')
    await where.press('Enter')
    await page.getByRole('alert').first().getByText(/dept/).waitFor()
    await page.close()
  })

  pageTest('goes on where it was when the server comes back', async () => {
    const folder = temporaryFolder()
    const location = `sqlite:${join(folder, 'swath.db')}`
    await withStore(location, 'write', async (store) => {
      await fillStore(store, 20)
      await store.db
        .updateTable('trials')
        .set({ state: 'queued', finished_at: null })
        .where('number', '>', 10)
        .execute()
    })
    const first = await serveStore(folder, { port: ownPort })
    const page = await tools.browser.newPage()
    await page.goto(`${first.url}sweeps/big`)
    await page.getByText('10 of 20').waitFor()
    await first.close()
    await page.getByText('the server does not answer').first().waitFor()
    // Meanwhile the sweep goes on.
    await withStore(location, 'change', async ({ db }) => {
      const at = new Date().toISOString()
      await db.updateTable('trials').set({ state: 'completed', finished_at: at }).where('number', '<=', 15).execute()
    })
    const second = await serveStore(folder, { port: ownPort })
    await page.getByText('15 of 20').waitFor()
    await expect.poll(() => page.getByText('the server does not answer').count()).toBe(0)
    await page.close()
    await second.close()
  })

  pageTest('of 100,000 trials holds in the page what can be seen', async () => {
    const folder = temporaryFolder()
    await withStore(`sqlite:${join(folder, 'swath.db')}`, 'write', (store) => fillStore(store, 100_000))
    const server = await serveStore(folder)
    const page = await tools.browser.newPage()
    await page.goto(`${server.url}sweeps/big`)
    await page.getByRole('heading', { name: 'Trials: 100,000' }).waitFor()
    await plotOf(page, 'Trade-off').waitFor()
    expect(await rowsOf(page).count()).toBeLessThan(100)
    expect(await page.locator('circle').count()).toBeLessThan(20_000)
    await page.getByRole('region', { name: 'Rows of trials' }).evaluate((element) => {
      element.scrollTop = element.scrollHeight
    })
    await rowsOf(page).getByRole('link', { name: '100000', exact: true }).waitFor()
    await page.close()
    await server.close()
  })
})
