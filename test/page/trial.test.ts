import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect } from 'vitest'

import { smallSweep } from '../end-to-end/swath.ts'
import { seriousFindings } from './axe.ts'
import { pageTest, pageTools } from './browser.ts'
import { serveFolder } from './served.ts'

const tools = pageTools()

/** Trains as soon as its data are there. */
const late = `import json, os, sys
if not os.path.exists(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'data')):
    print('the data are not there yet', file=sys.stderr)
    sys.exit(3)
for epoch in (1, 2):
    print(json.dumps({'epoch': epoch, 'loss': 1 / epoch}), flush=True)
`
const lateSweep = `name: late
program: late.py
method: grid
retries: 0
parameters:
  epochs: { value: 2 }
`

describe('the page of a trial', () => {
  pageTest('shows its parameters, its curves, and on demand its layers and what it confuses', async () => {
    const served = await serveFolder({ 'sweep.yaml': smallSweep })
    try {
      const page = await tools.browser.newPage()
      await page.goto(`${served.url}trials/1`)
      await page.getByRole('heading', { name: 'Trial 1 completed' }).waitFor()
      const parameters = page.getByRole('region', { name: 'Parameters' })
      expect(await parameters.innerText()).toMatch(/depth\s+1\s+epochs\s+2\s+width\s+16/)
      await page.getByRole('img', { name: 'val_loss by epoch' }).locator('svg').waitFor()
      await page.getByText(/training \d/).waitFor()

      await page.getByRole('button', { name: 'Show its layers' }).click()
      const layers = page.getByRole('region', { name: 'Layers of its model' })
      // 784 × 16 + 16 weights, then 16 × 10 + 10; a multiply-add counts as two.
      expect(await layers.getByRole('row', { name: 'together' }).innerText()).toMatch(/12,730\s+25,408/)

      await page.getByRole('button', { name: 'Show the confusion matrix' }).click()
      const matrix = page.getByRole('region', { name: 'Confusion matrix' })
      await matrix.waitFor()
      expect(await matrix.getByRole('rowheader').count()).toBe(10)
      const counts = (await matrix.locator('td.right, td.wrong').allInnerTexts()).map(Number)
      const [row] = JSON.parse(await served.swath('sql', 'select * from sweep_small where trial_id = 1', '--json')) as [
        { test_accuracy: number },
      ]
      const right = counts.filter((_, k) => k % 11 === 0).reduce((sum, count) => sum + count, 0)
      expect(right / counts.reduce((sum, count) => sum + count, 0)).toBeCloseTo(row.test_accuracy, 6)

      expect(await seriousFindings(page)).toEqual([])

      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('region', { name: 'Files that it left' }).getByRole('link').last().click(),
      ])
      expect(download.suggestedFilename()).toMatch(/^trial-1-.*\.safetensors$/)
      expect(await page.getByRole('link', { name: 'Run again with…' }).getAttribute('href')).toBe('/new?trial=1')

      // What was opened for that is not remembered when it is gone.
      await served.swath('delete', 'small', '--yes')
      const answer = await page.request.get(`${served.url}api/v1/trials/1/layers`)
      expect(answer.status()).toBe(404)
    } finally {
      await served.close()
    }
  })

  pageTest('tells why one failed, tries it again, and follows it to its end', async () => {
    const served = await serveFolder({ 'sweep.yaml': lateSweep, 'late.py': late })
    try {
      const page = await tools.browser.newPage()
      await page.goto(`${served.url}trials/1`)
      await page.getByRole('heading', { name: 'Trial 1 failed' }).waitFor()
      const attempts = page.getByRole('region', { name: 'One attempt' })
      await attempts.getByText('The end of its stderr').click()
      await attempts.locator('pre').getByText('the data are not there yet').waitFor()
      expect(await attempts.innerText()).toContain('exit code 3')

      writeFileSync(join(served.folder, 'data'), '')
      await page.getByRole('button', { name: 'Try again' }).click()
      await page.getByRole('heading', { name: 'Trial 1 completed' }).waitFor()
      await page.getByRole('img', { name: 'loss by epoch' }).waitFor()
      await page.getByRole('region', { name: '2 attempts' }).waitFor()
    } finally {
      await served.close()
    }
  })
})
