import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Page } from 'playwright-core'
import { beforeAll, describe, expect } from 'vitest'

import { seriousFindings } from './axe.ts'
import { pageTest, pageTools } from './browser.ts'

const program = `export default { async train({ params, report }) {
  await report({ epoch: 1, loss: (params.x - 3) ** 2 })
} }
`
// Its name is that of its file, and its program lies beside it.
const search = `program: ./own.mjs
method: random
metric: { name: loss }
run_cap: 4
resources: { cores: 0 }
constraints: [x <= 8]
parameters:
  x: { min: 1.0, max: 9.5 }
  kind: { values: [a, b] }
  d: { min: 1, max: 8, when: { kind: b } }
  epochs: { value: 1 }
`
const grid = `name: full
program: ./searches/own.mjs
method: grid
metric: { name: loss }
resources: { cores: 0 }
parameters: { x: { values: [1, 2] } }
`

const tools = pageTools({ 'full.yaml': grid })

beforeAll(async () => {
  if (!('served' in tools)) return
  const folder = join(tools.served.folder, 'searches')
  mkdirSync(folder)
  writeFileSync(join(folder, 'own.mjs'), program)
  writeFileSync(join(folder, 'found.yaml'), search)
  await tools.served.swath('run', 'full.yaml')
  await tools.served.swath('run', 'searches/found.yaml', '--new', '--set', 'epochs=2')
})

const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Enqueue a point' })

async function open(sweep: string, options: Parameters<typeof tools.browser.newPage>[0] = {}): Promise<Page> {
  const page = await tools.browser.newPage(options)
  await page.goto(`${tools.served.url}sweeps/${sweep}`)
  await page.getByRole('button', { name: 'Enqueue a point…' }).focus()
  await page.keyboard.press('Enter')
  await dialogOf(page).waitFor()
  return page
}

describe('a point of one’s own', () => {
  pageTest('is trained, with what it leaves out filled in, and appears among the trials', async () => {
    const page = await open('found')
    const dialog = dialogOf(page)
    await dialog.getByLabel('x', { exact: true }).fill('2.5')
    await dialog.getByLabel('kind').selectOption('b')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const link = page.getByRole('status').getByRole('link', { name: 'trial 7' })
    await link.waitFor()
    await page.getByRole('heading', { name: 'Trials: 5', exact: true }).waitFor()
    await page.getByText('5 of 5').waitFor()
    await link.click()
    await page.getByText('2.5').first().waitFor()
    const told = await tools.served.swath('sql', 'select params from trials where id = 7', '--json')
    expect(JSON.parse(told)).toEqual([
      { params: expect.stringMatching(/^{"d":[1-8],"epochs":2,"kind":"b","x":2\.5}$/) as string },
    ])
    await page.close()
  })

  pageTest('that is a trial already is said to be one', async () => {
    const page = await open('found')
    await dialogOf(page).getByLabel('x', { exact: true }).fill('2.5')
    await page.keyboard.press('Enter')
    await page.getByRole('status').getByText('The point is there already: trial 7, completed.').waitFor()
    await page.close()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    pageTest(`has its mistakes shown where they were made, ${colorScheme}`, async () => {
      const page = await open('found', { colorScheme, viewport: { width: 360, height: 740 } })
      const dialog = dialogOf(page)
      await page.getByRole('button', { name: 'Enqueue', exact: true }).click()
      await dialog.getByRole('alert').getByText('Fill in one of them').waitFor()
      await dialog.getByLabel('kind').selectOption('a')
      await dialog.getByLabel('d', { exact: true }).fill('3')
      await dialog.getByLabel('x', { exact: true }).fill('many')
      await page.keyboard.press('Enter')
      const x = dialog.getByRole('textbox', { name: 'x', description: /1 to 9\.5 the sweep file does not let it/ })
      await x.waitFor()
      expect(await x.getAttribute('aria-invalid')).toBe('true')
      expect(await page.evaluate('document.activeElement.value')).toBe('many')
      await dialog.getByRole('textbox', { name: 'd', description: /only where kind is b it is there only/ }).waitFor()
      expect(await seriousFindings(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
      // What only the run itself finds out.
      await dialog.getByLabel('d', { exact: true }).fill('')
      await x.fill('9')
      await page.keyboard.press('Enter')
      await dialog.getByRole('alert').getByText('it breaks the constraint x <= 8').waitFor()
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'hidden' })
      await page.close()
    })
  }

  pageTest('cannot be had of a grid that has all its points, which says so', async () => {
    const page = await open('full')
    await dialogOf(page).getByText('Every point of this grid is a trial already.').waitFor()
    expect(await dialogOf(page).getByRole('textbox').count()).toBe(0)
    await page.getByRole('button', { name: 'Close' }).click()
    await page.close()
  })

  pageTest('goes to no other sweep than the one that is looked at', async () => {
    await tools.served.swath('run', 'searches/found.yaml', '--new')
    const page = await open('found')
    await dialogOf(page).getByText('the newest sweep of its file is found-2').waitFor()
    const body = JSON.stringify({ point: { x: 4 } })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${tools.served.url}api/v1/sweeps/found/points`, { method: 'POST', body, headers })
    expect(answer.status).toBe(400)
    await page.close()
  })
})
