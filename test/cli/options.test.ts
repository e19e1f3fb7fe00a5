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

/** Parses a command, without running it. @returns what yargs refuses; undefined if it accepts */
function parsed(command: CommandModule, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const handler = () => {
      resolve(undefined)
    }
    const parser = yargs()
      .command({ ...command, handler })
      .exitProcess(false)
      .fail((message: string | undefined, error: Error | undefined) => {
        resolve(error?.message ?? message)
      })
    void Promise.resolve(parser.parse([...args])).catch(() => undefined)
  })
}

test('every option that takes a number refuses what is none, and what it cannot use', async () => {
  let tried = 0
  for (const [command, { number, alias }, positional] of await definitions()) {
    const module = await commandOf(command)
    const [name = ''] = command.split(' ')
    const args = [name, ...positional.map(() => '1'), ...(name === 'retrain' ? ['--label', '7'] : [])]
    for (const option of number) {
      if (Object.values(alias).some((names) => names.includes(option))) continue
      tried++
      for (const value of ['abc', 'NaN', 'Infinity', '1e400', '-1'])
        expect(await parsed(module, [...args, `--${option}=${value}`]), `${name} --${option}=${value}`).toMatch(
          new RegExp(`^--${option} \\S+: expected a (whole )?number (from|above) `),
        )
      expect(await parsed(module, [...args, `--${option}`, '512']), `${name} --${option} 512`).toBeUndefined()
    }
  }
  expect(tried).toBeGreaterThan(25)
})

test.each([
  ['serve', 'port', '65536'],
  ['serve', 'port', '1.5'],
  ['postgres', 'port', '0'],
  ['run', 'seed', '4294967296'],
  ['run', 'workers', '1e9'],
  ['worker', 'grace', '1e9'],
  ['sql', 'timeout', '1e9'],
  ['evaluate', 'worst', '1e17'],
])('%s --%s %s is refused', async (name, option, value) => {
  const error = await parsed(await commandOf(name), [name, ...(name === 'run' ? ['x.yaml'] : []), `--${option}`, value])
  expect(error).toMatch(new RegExp(`^--${option} ${Number(value)}: expected a (whole )?number from \\d+`))
})

async function commandOf(command: string): Promise<CommandModule> {
  const [name = ''] = command.split(' ')
  const module = (await import(join(folder, `${name}.ts`))) as Record<string, CommandModule>
  const found = Object.values(module).find((each) => typeof each.command === 'string')
  if (found === undefined) throw new Error(`there is no command in ${name}.ts`)
  return found
}

test('an option that takes one value is refused when it is given twice', () => {
  expect(() => {
    refuseRepeated({ _: ['a', 'b'], set: ['x=1', 'y=2'], store: ['a.db', 'b.db'] }, ['set'])
  }).toThrow('--store was given 2 times')
  refuseRepeated({ _: ['a', 'b'], set: ['x=1', 'y=2'], store: 'a.db' }, ['set'])
})

test.each([[[]], [['a.example']], [['a.example', 'b.example']]])('an option that takes several takes %j', (hosts) => {
  refuseRepeated({ _: [], 'allow-host': hosts, allowHost: hosts }, ['allow-host'])
})
