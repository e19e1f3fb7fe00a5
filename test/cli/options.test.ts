import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { expect, test } from 'vitest'
import yargs, { type CommandModule } from 'yargs'

import { refuseRepeated } from '../../src/cli/repeated-options.ts'

const folder = resolve('src/cli/commands')

interface Defined {
  readonly string: readonly string[]
  readonly number: readonly string[]
  readonly narg: Readonly<Record<string, number>>
  readonly alias: Readonly<Record<string, readonly string[]>>
}

/** What yargs knows of the options of each command, and of its subcommands. */
async function definitions(): Promise<[command: string, defined: Defined, positional: readonly string[]][]> {
  const found: [string, Defined, string[]][] = []
  for (const file of readdirSync(folder)) {
    const module = (await import(join(folder, file))) as Record<string, CommandModule>
    for (const { command, builder } of Object.values(module)) {
      if (typeof command !== 'string' || typeof builder !== 'function') continue
      const built = (await builder(yargs([]))) as unknown as { getOptions(): Defined }
      const positional = [...command.matchAll(/[<[]([\w-]+)(\.\.)?[\]>]/g)].map(([, name = '']) => name)
      found.push([command, built.getOptions(), positional])
    }
  }
  return found
}

test('every option that takes a value refuses to be without one', async () => {
  const all = await definitions()
  expect(all.length).toBeGreaterThan(20)
  const options = all.flatMap(([command, { string, number, narg, alias }, positional]) =>
    [...string, ...number]
      .filter((name) => !positional.includes(name) && !Object.values(alias).some((names) => names.includes(name)))
      .map((name) => ({ option: `${command} --${name}`, wantsValue: name in narg })),
  )
  expect(options.length).toBeGreaterThan(40)
  expect(options.filter(({ wantsValue }) => !wantsValue)).toEqual([])
})

test('an option that takes one value is refused when it is given twice', () => {
  expect(() => {
    refuseRepeated({ _: ['a', 'b'], set: ['x=1', 'y=2'], store: ['a.db', 'b.db'] }, ['set'])
  }).toThrow('--store was given 2 times')
  refuseRepeated({ _: ['a', 'b'], set: ['x=1', 'y=2'], store: 'a.db' }, ['set'])
})

test.each([[[]], [['a.example']], [['a.example', 'b.example']]])('an option that takes several takes %j', (hosts) => {
  refuseRepeated({ _: [], 'allow-host': hosts, allowHost: hosts }, ['allow-host'])
})
