import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadProgram } from '../../src/programs/load.ts'
import { temporaryFolder } from '../datasets/idx-files.ts'

function write(name: string, text: string): { module: string } {
  const module = join(temporaryFolder(), name)
  writeFileSync(module, text)
  return { module }
}

const typed = `
  import type { Nothing } from './never-there.ts'
  const twice = (n: number): number => 2 * n
  export default { train: async (): Promise<number | undefined> => twice(21) }
`

test('the built-in mlp', async () => {
  expect(await loadProgram({ builtin: 'mlp' })).toHaveProperty('train')
  await expect(loadProgram({ builtin: 'none' })).rejects.toThrow('there is no built-in program none')
})

test.each(['program.ts', 'program.mts'])('a TypeScript module: %s', async (name) => {
  const program = await loadProgram(write(name, typed))
  expect(await program.train(undefined as never)).toBe(42)
})

test.each(['program.js', 'program.mjs'])('a JavaScript module: %s', async (name) => {
  const program = await loadProgram(write(name, 'export default { train: () => Promise.resolve(42) }'))
  expect(await program.train(undefined as never)).toBe(42)
})

test('a CommonJS module', async () => {
  const program = await loadProgram(write('program.cjs', 'module.exports = { train: () => Promise.resolve(42) }'))
  expect(await program.train(undefined as never)).toBe(42)
})

test.each([
  ['without.ts', 'export const train = 1', 'expected a default export'],
  ['no-train.ts', 'export default { tain() {} }', 'expected the default export to have a function train'],
  ['null.mjs', 'export default null', 'expected the default export to have a function train'],
  ['throws.ts', "throw new Error('no luck today')", 'no luck today'],
  ['imports.mjs', "import './nowhere.mjs'\nexport default {}", 'nowhere.mjs'],
])('%s is refused: the message says what is wrong with the file', async (name, text, message) => {
  const reference = write(name, text)
  const failure = { code: 'program', message: expect.stringContaining(message) as string }
  await expect(loadProgram(reference)).rejects.toMatchObject(failure)
  await expect(loadProgram(reference)).rejects.toThrow(reference.module)
})

test.each(['syntax.ts', 'syntax.mjs'])('a syntax error comes with its line: %s', async (name) => {
  const text = 'const fine = 1\nexport default { train( { }\n'
  await expect(loadProgram(write(name, text))).rejects.toThrow(new RegExp(`${name}:[23]`))
})

test('what a module throws comes with its line', async () => {
  await expect(loadProgram(write('late.mjs', "\n\nthrow new Error('no luck')"))).rejects.toThrow(
    /late.mjs:3:\d+: no luck/,
  )
})

test('a file that is not there', async () => {
  await expect(loadProgram({ module: '/nowhere/program.ts' })).rejects.toThrow(
    '/nowhere/program.ts: there is no such file',
  )
})
