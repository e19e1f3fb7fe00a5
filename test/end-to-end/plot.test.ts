import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import sharp from 'sharp'
import { expect, test } from 'vitest'

import { plotKinds } from '../../src/plots/kinds.ts'
import { swath, workFolder } from './swath.ts'

const file = `name: bowl
program: ./bowl.mjs
method: grid
objectives:
  - { name: loss, goal: minimize }
  - { name: size, goal: minimize }
resources: { cores: 0 }
parameters:
  depth: { values: [1, 2, 3, 4] }
  width: { values: [8, 64, 512] }
`
const program = `
export default {
  train: async ({ params: { depth, width }, report }) => {
    for (const epoch of [1, 2]) await report({ epoch, loss: (depth - 2) ** 2 / epoch + 1 / width, size: depth * width ** 2 })
  },
}
`

async function trained(): Promise<string> {
  const folder = workFolder({ 'bowl.yaml': file, 'bowl.mjs': program })
  const { code, stderr } = await swath(['run', 'bowl.yaml'], folder)
  expect(code, stderr).toBe(0)
  return folder
}

test('every kind of picture is drawn as SVG and as PNG', async () => {
  const folder = await trained()
  for (const kind of plotKinds) {
    const svg = await swath(['plot', 'bowl', '--kind', kind], folder)
    expect(svg.code, svg.stderr).toBe(0)
    expect(svg.stdout).toMatch(new RegExp(`^bowl-${kind}\\.svg: `))
    const text = readFileSync(join(folder, `bowl-${kind}.svg`), 'utf8')
    expect(text).toContain('xmlns="http://www.w3.org/2000/svg"')
    expect(text).not.toMatch(/NaN|undefined|Infinity/)

    const png = await swath(['plot', '--kind', kind, '-o', 'drawn.png', '--width', '400', '--height', '300'], folder)
    expect(png.code, png.stderr).toBe(0)
    const { format, width } = await sharp(join(folder, 'drawn.png')).metadata()
    expect({ kind, format, isWide: width >= 400 }).toEqual({ kind, format: 'png', isWide: true })
  }
})

test('points are coloured by a column and chosen by a condition; what cannot be drawn is said, with what can', async () => {
  const folder = await trained()
  const drawn = await swath(['plot', '--color-by', 'depth', '--where', 'width > 8', '-o', 'front.svg'], folder)
  expect(drawn.code, drawn.stderr).toBe(0)
  expect(readFileSync(join(folder, 'front.svg'), 'utf8')).toContain('depth')

  const column = await swath(['plot', '--color-by', 'dept', '-o', 'no.svg'], folder)
  expect(column.code).toBe(2)
  expect(column.stderr).toMatch(/bowl has no column dept; did you mean depth\?/)
  const ending = await swath(['plot', '-o', 'no.pdf'], folder)
  expect(ending.code).toBe(2)
  expect(ending.stderr).toMatch(/no\.pdf: expected a name that ends in \.svg or \.png/)
  const nothing = await swath(['plot', '--kind', 'curves', '--where', 'depth > 9', '-o', 'no.svg'], folder)
  expect(nothing.code).toBe(2)
  expect(existsSync(join(folder, 'no.svg'))).toBe(false)
})
