import type { Page } from 'playwright-core'
import { describe, expect, vi } from 'vitest'

import { pageTest, pageTools } from './browser.ts'

const program = `export default { async train({ params, report }) {
  await report({ epoch: 1, loss: (params.x - 3) ** 2 + params.rate / 7 })
} }
`
const sweep = `name: brushed
program: ./own.mjs
method: grid
metric: { name: loss }
resources: { cores: 0 }
parameters: { x: { values: [1, 2, 3, 4] }, rate: { values: [0.0012345678, 0.01, 0.5] }, kind: { values: [a, b, c] } }
`

const tools = pageTools({ 'own.mjs': program, 'sweep.yaml': sweep })

const heading = (page: Page, trials: number) => page.getByRole('heading', { name: `Trials: ${trials}`, exact: true })
const axisOf = (page: Page, name: string) => page.locator(`.axis[data-axis=${name}]`)

async function open(query = ''): Promise<Page> {
  const page = await tools.browser.newPage({ viewport: { width: 1280, height: 900 } })
  await page.goto(`${tools.served.url}sweeps/brushed${query}`)
  await heading(page, query === '' ? 36 : 9).waitFor()
  await page.getByRole('region', { name: 'Parameters', exact: true }).scrollIntoViewIfNeeded()
  await axisOf(page, 'x').waitFor()
  return page
}

/** Draws along an axis, from one share of its height to another, from the top. */
async function draw(
  page: Page,
  axis: string,
  [from, to]: readonly [number, number],
  meanwhile?: () => Promise<void>,
): Promise<void> {
  // It is drawn anew when there is an answer: what is gone by then has no place.
  const box = await vi.waitUntil(() => axisOf(page, axis).boundingBox())
  const [x, at] = [box.x + box.width / 2, (share: number) => box.y + share * box.height]
  await page.mouse.move(x, at(from))
  await page.mouse.down()
  await meanwhile?.()
  await page.mouse.move(x, at(to), { steps: 4 })
  await page.mouse.up()
}

const selected = (page: Page) => new URL(page.url()).searchParams.get('select')

describe('an axis of the parallel coordinates', () => {
  pageTest('chooses the trials that lie between where it is drawn and let go, with all other axes', async () => {
    const page = await open()
    await draw(page, 'x', [0.5, 0])
    await heading(page, 18).waitFor()
    await draw(page, 'kind', [0.9, 1])
    await heading(page, 6).waitFor()
    expect(selected(page)).toMatch(/^x:2\.5\d*\.\.4;kind:a$/)
    // All that is seen follows, and what is not chosen stays in sight.
    await page.getByRole('img', { name: '6 points through' }).waitFor()
    await page.getByRole('img', { name: 'loss by epoch of 6 trials' }).waitFor()
    await expect.poll(() => axisOf(page, 'x').count()).toBe(1)
    expect(await page.locator('.brush[data-axis=x]').getAttribute('height')).not.toBe('0')
    await page.close()
  })

  pageTest('lets go with a click, and stays as it is meanwhile', async () => {
    const page = await open('?select=x:3.5..4&curve=loss')
    const texts = () =>
      page.getByRole('region', { name: 'Parameters', exact: true }).locator('svg text').allInnerTexts()
    const before = await texts()
    await draw(page, 'kind', [0.4, 0.6])
    await page.getByRole('button', { name: 'Let go of kind' }).getByText('kind b').waitFor()
    await draw(page, 'kind', [0.2, 0.2])
    await heading(page, 9).waitFor()
    await draw(page, 'x', [0.2, 0.2])
    await heading(page, 36).waitFor()
    expect(selected(page)).toBeNull()
    expect(await texts()).toEqual(before)
    await page.close()
  })

  pageTest('is drawn along to the end, though the plot is to be drawn anew meanwhile', async () => {
    const page = await open()
    const plot = page.getByRole('region', { name: 'Parameters', exact: true }).locator('svg.swath-plot')
    const width = await plot.getAttribute('width')
    await draw(page, 'x', [0.5, 0], () => page.setViewportSize({ width: 1240, height: 900 }))
    await heading(page, 18).waitFor()
    await expect.poll(() => plot.getAttribute('width')).not.toBe(width)
    await page.close()
  })

  pageTest('has the trials at its ends, whatever digits the address has', async () => {
    const page = await open()
    await draw(page, 'rate', [0.9, 1])
    await heading(page, 12).waitFor()
    expect(selected(page)).toMatch(/^rate:0\.00123456\.\./)
    await draw(page, 'rate', [0.1, 0])
    await heading(page, 12).waitFor()
    await page.close()
  })
})
