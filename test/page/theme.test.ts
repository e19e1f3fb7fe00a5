import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'

import { fillStore } from '../../bench/store/big-store.ts'
import { withStore } from '../../src/store/open.ts'
import { temporaryFolder } from '../store/temporary-store.ts'
import { seriousFindings } from './axe.ts'
import { pageTest, pageTools } from './browser.ts'
import { serveStore } from './served.ts'

const tools = pageTools()

const colorOf = (page: Page, selector: string, property: 'color' | 'backgroundColor') =>
  page
    .locator(selector)
    .first()
    .evaluate((element, name) => getComputedStyle(element)[name], property)

const [light, dark] = ['rgb(251, 251, 250)', 'rgb(21, 23, 26)']

describe('the theme', () => {
  pageTest('is the system’s, or the one that was chosen, and is kept', async () => {
    const folder = temporaryFolder()
    await withStore(`sqlite:${folder}/swath.db`, 'write', (store) => fillStore(store, 20))
    const server = await serveStore(folder)
    const context = await tools.browser.newContext({ colorScheme: 'dark' })
    const page = await context.newPage()
    const troubles: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text())
    })
    await page.goto(`${server.url}sweeps/big`)
    const plot = page.getByRole('region', { name: 'Trade-off' }).locator('svg.swath-plot')
    await plot.locator('circle').first().waitFor()
    const ground = () => colorOf(page, 'body', 'backgroundColor')
    const choice = page.getByRole('combobox', { name: 'Theme' })
    expect(await choice.inputValue()).toBe('system')
    expect(await ground()).toBe(dark)

    // By keyboard, against the system; what is drawn follows.
    await choice.focus()
    await page.keyboard.press('l')
    await expect.poll(ground).toBe(light)
    expect(await colorOf(page, 'svg.swath-plot', 'color')).toBe('rgb(27, 29, 31)')
    expect(await seriousFindings(page)).toEqual([])
    await page.reload()
    await expect.poll(ground).toBe(light)

    // In all tabs at once.
    const other = await context.newPage()
    await other.emulateMedia({ colorScheme: 'light' })
    await other.goto(server.url)
    await other.getByRole('combobox', { name: 'Theme' }).selectOption('Dark')
    await expect.poll(ground).toBe(dark)
    expect(await colorOf(other, 'body', 'backgroundColor')).toBe(dark)
    expect(await seriousFindings(other)).toEqual([])

    // The system's again, as that changes.
    await choice.selectOption('System')
    expect(await page.evaluate('localStorage.length')).toBe(0)
    await expect.poll(ground).toBe(dark)
    await page.emulateMedia({ colorScheme: 'light' })
    await expect.poll(ground).toBe(light)
    expect(troubles).toEqual([])
    await context.close()
    await server.close()
  })
})
