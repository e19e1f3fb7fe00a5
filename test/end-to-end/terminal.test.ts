import { stripVTControlCharacters } from 'node:util'

import { expect, test } from 'vitest'

import { Swath, workFolder } from './swath.ts'

/** Clears the screen, sets the clipboard, links elsewhere, turns text round: each with a word that has to be printed. */
const evil = 'seen\x1b[2J\x1b]52;c;ZXZpbA==\x07\x1b]8;;http://evil.example\x07\x9b2J\u202e'

/** What swath paints with. */
const color = new RegExp('\x1b\\[' + String.raw`\d\d?m`, 'g')

const program = `export default {
  async train(trial) {
    console.log('log ' + ${JSON.stringify(evil)})
    if (trial.params.x === 2) throw new Error('error ' + ${JSON.stringify(evil)})
    await trial.report({ epoch: 1, score: 1, ['metric ' + ${JSON.stringify(evil)}]: 1, note: ${JSON.stringify(evil)} })
  },
}
`
const sweep = (name: string) => `name: ${JSON.stringify(`${name} \u202eevil`)}
description: ${JSON.stringify(evil)}
program: ./program.mjs
method: grid
metric: { name: score, goal: maximize }
retries: 0
parameters: { x: { values: [1, 2] }, text: { value: ${JSON.stringify(evil)} } }
`

test('nothing of two sweeps, their values, logs and errors controls the terminal', async () => {
  const folder = workFolder({ 'program.mjs': program, 'a.yaml': sweep('one'), 'b.yaml': sweep('two') })
  const environment = { NO_COLOR: '', FORCE_COLOR: '1' }
  const commands = [
    ...[
      ['run', 'a.yaml'],
      ['run', 'b.yaml'],
      ['list'],
      ['show'],
      ['show', '2'],
      ['pareto'],
      ['run', 'a.yaml', '--dry-run'],
    ],
    ...[
      ['show', '--json'],
      ['sql', 'select * from trials'],
      ['sql', 'select * from attempts', '--json'],
    ],
    ...[
      ['sql', `select '${evil}' as "${evil}"`],
      ['show', evil],
      ['--nope', evil],
      ['run', `${evil}.yaml`],
    ],
    ...[
      ['sql', `select ${evil}`],
      ['list', '--debug', '--store', `sqlite:${evil}/x.db`],
    ],
  ]
  let quoted = 0
  for (const args of commands) {
    const { stdout, stderr } = await new Swath(args, folder, undefined, environment).finished
    for (const text of [stdout, stderr]) {
      const plain = text.replaceAll(color, '')
      expect([args, plain]).not.toEqual([args, expect.stringMatching(/[^\P{Cc}\n\t]|[\u202a-\u202e]/u)])
      expect([args, stripVTControlCharacters(text)]).toEqual([args, plain])
      if (plain.includes('\\u001b') || plain.includes('\\x1b')) quoted++
    }
  }
  // Most of them do quote it.
  expect(quoted).toBeGreaterThan(6)
})

test('data in a pipe stay as they are', async () => {
  const folder = workFolder({ 'program.mjs': program, 'a.yaml': sweep('one') })
  await new Swath(['run', 'a.yaml'], folder).finished
  const query = 'select description from sweeps'
  const csv = await new Swath(['sql', query, '--csv'], folder).finished
  expect(csv.stdout).toBe(`description\r\n${evil}\r\n`)
  const json = await new Swath(['sql', query, '--json'], folder).finished
  expect(JSON.parse(json.stdout)).toEqual([{ description: evil }])
})
