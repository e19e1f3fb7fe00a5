import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { plain } from '../datasets/picture-files.ts'
import { ask, swath, workFolder } from './swath.ts'

const sweep = `name: shades
program: mlp
method: grid
dataset: { size: 8 }
metric: { name: test_accuracy, goal: maximize }
parameters:
  dataset.crop: { values: [8, 5] }
  hidden: { value: [8] }
  epochs: { value: 8 }
  batch_size: { value: 8 }
  learning_rate: { value: 0.01 }
`

test('a sweep trains on a folder of pictures, whole and cropped, and its models take pictures', async () => {
  const folder = workFolder({ 'shades.yaml': sweep })
  const shade = (least: number, i: number) => plain([least + i, least, i], 6 + (i % 3), 9)
  for (const [name, least] of Object.entries({ dark: 0, light: 180 })) {
    mkdirSync(join(folder, 'pictures', name), { recursive: true })
    for (let i = 0; i < 40; i++) writeFileSync(join(folder, 'pictures', name, `${i}.png`), await shade(least, i))
  }
  const { code, stderr } = await swath(['run', 'shades.yaml', '--set', 'dataset.path=./pictures'], folder)
  expect(code, stderr).toBe(0)
  // It comes with the last epoch: that is how it should be.
  expect(stderr).not.toContain('is not in the first report')
  const rows = await ask(
    `select t.parameter_count as parameters, m.value as accuracy from trials t join metrics m on m.trial_id = t.id
      where m.name = 'test_accuracy' order by t.number`,
    folder,
  )
  expect(rows).toEqual([
    { parameters: 8 * 8 * 3 * 8 + 8 + 8 * 2 + 2, accuracy: 1 },
    { parameters: 5 * 5 * 3 * 8 + 8 + 8 * 2 + 2, accuracy: 1 },
  ])

  writeFileSync(join(folder, 'new.png'), await shade(190, 45))
  for (const trial of ['1', '2']) {
    const predicted = await swath(['predict', trial, 'new.png', '--json'], folder)
    expect(predicted.code, predicted.stderr).toBe(0)
    expect(JSON.parse(predicted.stdout)).toMatchObject([{ label: 'light' }])
  }
})
