import { describe, expect, test } from 'vitest'
import { confusionTable } from '../../src/report/confusion-table.ts'
import { drawImage, sideBySide } from '../../src/report/draw-image.ts'
import { probabilityBars } from '../../src/report/probability-bars.ts'

const image = { height: 3, width: 3, levels: Uint8Array.of(255, 0, 255, 0, 200, 255, 255, 0, 40) }

describe('an image in text', () => {
  test('has two rows of pixels a line', () => {
    expect(drawImage(image)).toEqual(['▀▄█', '▀  '])
  })

  test('is drawn without Unicode too', () => {
    expect(drawImage(image, { unicode: false })).toEqual(["'.:", "'  "])
  })

  test('stands beside the next as long as there is room', () => {
    const block = ['ab', 'c']
    expect(sideBySide([block, block, block], 2, 7)).toEqual(['ab  ab', 'c   c', '', 'ab', 'c'])
    expect(sideBySide([block, block], 2, 1)).toEqual(['ab', 'c', '', 'ab', 'c'])
  })
})

describe('bars of probabilities', () => {
  const plain = { width: 8, unicode: true, bold: (text: string) => `*${text}*` }

  test('are as long as each class is likely, and the likeliest is marked', () => {
    expect(probabilityBars([0.25, 0.71875, 0.03125], ['a', 'b', 'cc'], plain)).toEqual([
      ' a ██        25.00 %',
      '* b █████▊    71.88 %*',
      'cc ▎          3.13 %',
    ])
  })

  test('of many classes are those of the likeliest, in their order', () => {
    const shares = Array.from({ length: 100 }, (_, k) => (k === 42 ? 0.9 : 0.1 / 99))
    const lines = probabilityBars(shares, [], { ...plain, unicode: false, most: 3 })
    expect(lines).toHaveLength(3)
    expect(lines[0]).toContain('42 #######')
  })
})

describe('a confusion table', () => {
  test('has a row for what is there, a column for what was seen, and how much was right', () => {
    const table = confusionTable(
      [
        [8, 2, 0],
        [0, 5, 0],
        [0, 0, 0],
      ],
      ['cat', 'dog', '7'],
      {},
    )
    expect(table.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['is \\ seen as', 'cat', 'dog', '7', 'right'],
      expect.anything(),
      ['cat', '8', '2', '·', '80.00 %'],
      ['dog', '·', '5', '·', '100.00 %'],
      ['7', '·', '·', '·', '–'],
    ])
  })

  test('of many classes lists the most frequent confusions', () => {
    const names = Array.from({ length: 30 }, (_, k) => `class ${k}`)
    const confusion = names.map((_, i) => names.map((_, k) => (i === k ? 9 : i === 3 && k === 20 ? 7 : 0)))
    expect(confusionTable(confusion, names, {}).split('\n').slice(2)).toEqual([
      expect.stringMatching(/class 3 .*class 20 .*7/),
    ])
  })
})
