import { symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { Linter, type Rule } from 'eslint'
import { expect, test } from 'vitest'
import tseslint from 'typescript-eslint'

import { temporaryFolder } from './store/temporary-store.ts'

const rule = new URL('../scripts/lint-path-below.js', import.meta.url).href
const { default: pathBelow } = (await import(rule)) as { readonly default: Rule.RuleModule }

/** Lines of a file that the rule reports. */
function reported(source: string): string[] {
  const folder = temporaryFolder()
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  const compilerOptions = { strict: true, module: 'nodenext', target: 'es2023', types: ['node'], noEmit: true }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const file = join(folder, 'probe.ts')
  writeFileSync(file, source)
  const messages = new Linter({ cwd: folder }).verify(
    source,
    {
      files: ['**/*.ts'],
      languageOptions: {
        parser: tseslint.parser,
        parserOptions: { project: './tsconfig.json', tsconfigRootDir: folder },
      },
      plugins: { swath: { rules: { 'path-below': pathBelow } } },
      rules: { 'swath/path-below': 'error' },
    },
    file,
  )
  const lines = source.split('\n')
  return messages.map(({ line, ruleId, message }) => (ruleId === null ? message : (lines[line - 1] ?? '').trim()))
}

test('joins of names that are not known when swath is compiled are found', () => {
  const bypasses = [
    'join(folder, row.name)',
    'resolve(folder, row.name)',
    "join(folder, 'trial-1', row.name)",
    'join(folder, `${row.name}.tar`)',
    'join(folder, ...parts)',
    "join(folder, row.isFine ? 'fine' : row.name)",
    'path.join(folder, row.name)',
    'posix(folder, row.name)',
    'readFileSync(`${folder}/${row.name}`)',
  ]
  expect(
    reported(
      [
        "import { readFileSync } from 'node:fs'",
        "import path, { join, join as posix, resolve } from 'node:path'",
        'declare const folder: string, parts: string[], row: { name: string; isFine: boolean }',
        ...bypasses,
      ].join('\n'),
    ),
  ).toEqual(bypasses)
})

test('joins of literals, numbers and what the system lists are left alone', () => {
  expect(
    reported(
      [
        "import { readFileSync, type Dirent } from 'node:fs'",
        "import { join, resolve } from 'node:path'",
        "declare const folder: string, id: number, entry: Dirent, kind: 'a' | 'b', trial: `trial-${number}`",
        "const file = 'file'",
        "join(folder, 'a', file, `trial-${id}`, kind, `${kind}.tar`, trial, entry.name)",
        'resolve(folder)',
        'readFileSync(folder)',
        "const local = { join: (...words: string[]) => words.join(' ') }",
        'local.join(folder, String(id))',
        '[folder, String(id)].join(folder)',
      ].join('\n'),
    ),
  ).toEqual([])
})

test('names in shared code go through pathBelow, and the rule is on for all of it', async () => {
  const { ESLint } = await import('eslint')
  const eslint = new ESLint()
  for (const file of ['src/artifacts/folder.ts', 'src/run/trial-folder.ts', 'workers/trial.ts']) {
    const { rules } = (await eslint.calculateConfigForFile(file)) as { rules: Record<string, unknown> }
    expect(rules['swath/path-below']).toEqual([2])
  }
})
