import type { Locator, Page } from 'playwright-core'
import sharp from 'sharp'
import { describe, expect } from 'vitest'

import { smallSweep } from '../end-to-end/swath.ts'
import { seriousFindings } from './axe.ts'
import { pageTest, pageTools } from './browser.ts'
import { serveFolder } from './served.ts'

const tools = pageTools({ 'sweep.yaml': smallSweep })

/** Draws a seven, as a hand would. */
async function drawSeven(page: Page): Promise<void> {
  const box = await page.getByRole('img', { name: /drawing takes a mouse/ }).boundingBox()
  if (box === null) throw new Error('there is nothing to draw on')
  const to = (x: number, y: number, steps = 1) =>
    page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps })
  await to(0.3, 0.25)
  await page.mouse.down()
  await to(0.7, 0.25, 12)
  await to(0.45, 0.8, 20)
  await page.mouse.up()
}

const verdict = (model: Locator) => model.locator('.verdict')

describe('the digit app', () => {
  pageTest('recognizes what is drawn, learns better, and goes back', async () => {
    const page = await tools.browser.newPage()
    const troubles: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text())
    })
    let open = 0
    let mostOpen = 0
    const isPrediction = (url: string) => url.endsWith('/predict')
    page.on('request', (request) => {
      if (isPrediction(request.url())) mostOpen = Math.max(mostOpen, ++open)
    })
    page.on('requestfinished', (request) => {
      if (isPrediction(request.url())) open--
    })
    await page.goto(`${tools.served.url}digits?model=2`)
    const model = page.getByRole('region', { name: 'Trial 2' })
    await model.getByText(/parameters, .* FLOPs/).waitFor()

    await drawSeven(page)
    const status = page.getByRole('status')
    await status.getByText(/Trial 2: it is a \d, \d+\.\d\d %/).waitFor()
    const label = await verdict(model).locator('strong').innerText()
    const bars = model.getByRole('table', { name: /How likely/ }).getByRole('row')
    expect(await bars.count()).toBe(11)
    const shares = (await model.locator('.bars .share').allInnerTexts()).map(parseFloat)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 0)
    expect(shares.indexOf(Math.max(...shares))).toBe(Number(label))
    await page.getByRole('img', { name: 'The picture as the model saw it' }).waitFor()
    expect(mostOpen).toBe(1)

    const right = label === '4' ? '3' : '4'
    await page.getByRole('button', { name: `It is a ${right}` }).click()
    const taught = page.getByRole('region', { name: `Trial 2 was taught a ${right}` })
    await taught.waitFor()
    expect(await taught.getByRole('row', { name: 'test accuracy' }).innerText()).toMatch(/\d+\.\d\d %\s+\d+\.\d\d %/)
    expect(await taught.getByRole('row', { name: 'test images' }).innerText()).toMatch(/\d+ gained, \d+ lost of \d/)
    const child = page.getByRole('region', { name: 'Trial 5', exact: true })
    await status.getByText(/Trial 5: it is a/).waitFor()
    expect(await verdict(child).locator('strong').innerText()).toBe(right)
    expect(page.url()).toContain('model=5')

    expect(await seriousFindings(page)).toEqual([])

    await taught.getByRole('button', { name: 'Undo: back to trial 2' }).click()
    await status.getByText(new RegExp(`Back to trial 2.*Trial 2: it is a ${label}`)).waitFor()
    expect(await verdict(model).locator('strong').innerText()).toBe(label)
    expect(await page.evaluate('document.activeElement.labels[0].innerText')).toMatch(/^Model\b/)

    await page.getByRole('button', { name: 'Clear' }).click()
    await verdict(model).getByText('?').waitFor()
    expect(troubles).toEqual([])
    await page.close()
  })

  pageTest('takes a picture that is chosen, for two models side by side, and says what is wrong with one', async () => {
    const page = await tools.browser.newPage()
    await page.goto(`${tools.served.url}digits?model=1&with=2`)
    const choose = page.getByLabel('Choose a picture…')
    const one =
      '<svg width="90" height="90"><rect width="90" height="90" fill="#eee"/><path d="M45 15v60" stroke="#222" stroke-width="9"/></svg>'
    await choose.setInputFiles({
      ...{ name: 'one.webp', mimeType: 'image/webp', buffer: await sharp(Buffer.from(one)).webp().toBuffer() },
    })
    const status = page.getByRole('status')
    await status.getByText(/Trial 1: it is a \d.*Trial 2: it is a \d/).waitFor()
    await choose.setInputFiles({ name: 'note.png', mimeType: 'image/png', buffer: Buffer.from('no picture') })
    await page.getByRole('alert').first().waitFor()
    expect(await page.getByRole('alert').first().innerText()).toMatch(/picture/)
    await page.close()
  })

  pageTest('takes a picture that is dropped or pasted, and a finger', async () => {
    const context = await tools.browser.newContext({ hasTouch: true })
    const page = await context.newPage()
    await page.goto(`${tools.served.url}digits?model=1`)
    const status = page.getByRole('status')
    const model = page.getByRole('region', { name: 'Trial 1' })
    const predicted = status.getByText(/Trial 1: it is a \d/)
    const clear = async () => {
      await page.getByRole('button', { name: 'Clear' }).click()
      await verdict(model).getByText('?').waitFor()
      await predicted.waitFor({ state: 'detached' })
    }

    const one = '<svg width="60" height="60"><path d="M30 9v42" stroke="#222" stroke-width="6"/></svg>'
    const picture = (await sharp(Buffer.from(one)).flatten({ background: '#eee' }).png().toBuffer()).toString('base64')
    for (const [event, held] of Object.entries({ drop: 'dataTransfer', paste: 'clipboardData' })) {
      await page.evaluate(`(() => {
        const bytes = Uint8Array.from(atob('${picture}'), (letter) => letter.charCodeAt(0))
        const transfer = new DataTransfer()
        transfer.items.add(new File([bytes], 'one.png', { type: 'image/png' }))
        const kind = '${event}' === 'drop' ? DragEvent : ClipboardEvent
        document.body.dispatchEvent(new kind('${event}', { bubbles: true, cancelable: true, ${held}: transfer }))
      })()`)
      await predicted.waitFor()
      await clear()
    }

    const box = await page.getByRole('img', { name: /drawing takes a mouse/ }).boundingBox()
    if (box === null) throw new Error('there is nothing to draw on')
    const finger = await context.newCDPSession(page)
    for (const [k, type] of ['touchStart', ...Array.from({ length: 12 }, () => 'touchMove'), 'touchEnd'].entries()) {
      const at = { x: box.x + box.width / 2, y: box.y + box.height * (0.2 + 0.05 * k) }
      await finger.send('Input.dispatchTouchEvent', {
        type: type as 'touchMove',
        touchPoints: type === 'touchEnd' ? [] : [at],
      })
    }
    await predicted.waitFor()
    await context.close()
  })

  pageTest('says what to do where there is no model', async () => {
    const empty = await serveFolder({})
    try {
      const page = await tools.browser.newPage()
      await page.goto(`${empty.url}digits`)
      await page.getByText('No trained model yet').waitFor()
      await page.close()
    } finally {
      await empty.close()
    }
  })
})
