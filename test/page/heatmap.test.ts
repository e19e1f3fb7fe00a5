import type { Page } from 'playwright-core'
import { describe, expect, vi } from 'vitest'

import { seriousFindings } from './axe.ts'
import { pageTest, pageTools } from './browser.ts'

const program = `export default { async train({ params, report }) {
  await report({ epoch: 1, loss: (params.x - 3) ** 2 + (params.kind === 'a' ? 0.1 : 0.2) })
} }
`
const sweep = `name: cells
program: ./own.mjs
method: grid
metric: { name: loss }
resources: { cores: 0 }
parameters: { x: { values: [1, 2, 3, 4] }, kind: { values: [a, b, c] }, seed: { values: [1, 2] } }
`

const tools = pageTools({ 'own.mjs': program, 'sweep.yaml': sweep })

const heading = (page: Page, trials: number) => page.getByRole('heading', { name: `Trials: ${trials}`, exact: true })
const cellOf = (page: Page, x: number, kind: string) =>
  page.getByRole('option', { name: new RegExp(`^x ${x}, kind ${kind}: loss [\\d.]+, 2 points$`) })
const chosenCells = (page: Page) =>
  page.getByRole('listbox', { name: 'Cells of x and kind' }).getByRole('option', { selected: true })
const selected = (page: Page) => new URL(page.url()).searchParams.get('select')

async function open(colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const page = await tools.browser.newPage({ colorScheme, viewport: { width: 1280, height: 900 } })
  await page.goto(`${tools.served.url}sweeps/cells?hx=x&hy=kind`)
  await heading(page, 24).waitFor()
  await page.getByRole('region', { name: 'Two parameters' }).scrollIntoViewIfNeeded()
  await cellOf(page, 1, 'a').waitFor()
  return page
}

/** Draws from one cell to another; where they are the same one it is a click. */
async function draw(page: Page, from: readonly [number, string], to = from): Promise<void> {
  const middles = []
  for (const cell of [from, to]) {
    const box = await vi.waitUntil(() => cellOf(page, ...cell).boundingBox())
    middles.push([box.x + box.width / 2, box.y + box.height / 2] as const)
  }
  const [[x0, y0] = [0, 0], [x1, y1] = [0, 0]] = middles
  await page.mouse.move(x0, y0)
  await page.mouse.down()
  await page.mouse.move(x1, y1, { steps: 4 })
  await page.mouse.up()
}

describe('the heat map', () => {
  pageTest('chooses the trials of a cell by a click, and lets go of them by another', async () => {
    const page = await open()
    await draw(page, [2, 'b'])
    await heading(page, 2).waitFor()
    expect(selected(page)).toBe('x:2..2;kind:b')
    await page.getByRole('img', { name: 'loss by epoch of 2 trials' }).waitFor()
    // The others stay in sight, to be chosen instead.
    await draw(page, [4, 'c'])
    await heading(page, 2).waitFor()
    await page.getByRole('option', { name: /^x 4, kind c/, selected: true }).waitFor()
    expect(selected(page)).toBe('x:4..4;kind:c')
    await draw(page, [4, 'c'])
    await heading(page, 24).waitFor()
    expect(selected(page)).toBeNull()
    await page.close()
  })

  pageTest('chooses the trials of all cells that are drawn over', async () => {
    const page = await open()
    await draw(page, [3, 'c'], [2, 'b'])
    await heading(page, 8).waitFor()
    await expect.poll(() => chosenCells(page).count()).toBe(4)
    await page.getByRole('button', { name: 'Let go of kind' }).click()
    await heading(page, 12).waitFor()
    await expect.poll(() => chosenCells(page).count()).toBe(6)
    await page.close()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    pageTest(`is gone about in by keyboard, and told to screen readers, ${colorScheme}`, async () => {
      const page = await open(colorScheme)
      const list = page.getByRole('listbox', { name: 'Cells of x and kind' })
      const active = () =>
        list.evaluate((element) => {
          const id = element.getAttribute('aria-activedescendant')
          return element.querySelector(`#${id ?? 'none'}`)?.getAttribute('aria-label')
        })
      await page.getByRole('region', { name: 'Two parameters' }).getByRole('combobox').last().focus()
      await page.keyboard.press('Tab')
      await page.keyboard.press('ArrowRight')
      expect(await active()).toMatch(/^x 2, kind [abc]: loss/)
      for (let k = 0; k < 3; k++) await page.keyboard.press('ArrowUp')
      for (let k = 0; k < 2; k++) await page.keyboard.press('Shift+ArrowDown')
      await page.keyboard.press('Shift+ArrowRight')
      await page.keyboard.press('Enter')
      await heading(page, 12).waitFor()
      await expect.poll(() => chosenCells(page).count()).toBe(6)
      // It is drawn anew, and the keyboard is where it was.
      await page.keyboard.press('ArrowLeft')
      await page.keyboard.press('Space')
      await heading(page, 2).waitFor()
      await expect.poll(() => chosenCells(page).count()).toBe(1)
      expect(await seriousFindings(page)).toEqual([])
      await page.keyboard.press('Escape')
      await heading(page, 24).waitFor()
      await page.close()
    })
  }
})
