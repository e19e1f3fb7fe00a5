import { appendFileSync, chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { filesOf, readVersion } from '../../src/programs/version.ts'
import { resolveProgram } from '../../src/programs/reference.ts'
import { readSweep } from '../../src/sweep/read.ts'
import { SweepSource } from '../../src/sweep/source.ts'
import { temporaryFolder } from '../store/temporary-store.ts'

type Files = Readonly<Record<string, string>>

/** A folder with these files, and the version of the program that a sweep file with these keys names. */
function programIn(files: Files, keys: string, send: readonly string[] | false = []) {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const text = `${keys}\nmethod: grid\nparameters: { a: { value: 1 } }\n`
  const version = () => {
    const program = resolveProgram(readSweep(new SweepSource(join(folder, 'x.yaml'), text)))
    return readVersion(program, { folder, send })
  }
  return { folder, version, paths: () => filesOf(version() ?? { files: '[]' }).map(({ path }) => path) }
}

const module = `
import { a } from './lib/a.js'
import type { T } from './types.ts'
export { b } from "./lib/b"
import settings from './settings.json' with { type: 'json' }
import x from 'some-package'
import {
  y,
} from '../outside.mjs'
const late = await import('./late.mjs')
const plain = require('./plain.cjs')
const worker = new Worker(new URL('./worker.ts', import.meta.url))
import '#inner'
export default { async train() {} }
`
const moduleFiles = {
  'own.ts': module,
  'lib/a.ts': "import './deeper.ts'",
  'lib/deeper.ts': "import '../own.ts'",
  'lib/b/index.ts': '',
  'types.ts': '',
  'settings.json': '{}',
  'late.mjs': '',
  'plain.cjs': '',
  'worker.ts': '',
  'inner.ts': '',
  'package.json': '{ "imports": { "#inner": "./inner.ts" } }',
  'not-imported.ts': '',
  'data.csv': '',
}
const imported = [
  ...['inner.ts', 'late.mjs', 'lib/a.ts', 'lib/b/index.ts', 'lib/deeper.ts', 'own.ts', 'plain.cjs', 'settings.json'],
  ...['types.ts', 'worker.ts'],
]

test('a module is known by all local files that it imports, directly or not', () => {
  expect(programIn(moduleFiles, 'program: own.ts').paths()).toEqual(imported)
})

const script = `
import os, helper as h, data.load
from pkg.part import (
    one,
    two,
)
from numpy import array
def later():
    from lazily import thing
    return importlib.import_module("named")
subprocess.run([sys.executable, "evaluate.py"])
`
const scriptFiles = {
  'train.py': script,
  'helper.py': 'from . import sibling\n',
  'sibling.py': '',
  'data/load.py': '',
  'data/__init__.py': '',
  'pkg/__init__.py': '',
  'pkg/part/__init__.py': 'from ..shared import x\n',
  'pkg/part/one.py': '',
  'pkg/shared.py': '',
  'lazily.py': '',
  'named.py': '',
  'evaluate.py': 'import by_the_other\n',
  'by_the_other.py': '',
  'unused.py': '',
  'results.csv': '',
}
const loaded = [
  ...['by_the_other.py', 'data/__init__.py', 'data/load.py', 'evaluate.py', 'helper.py', 'lazily.py', 'named.py'],
  ...['pkg/__init__.py', 'pkg/part/__init__.py', 'pkg/part/one.py', 'pkg/shared.py', 'sibling.py', 'train.py'],
]

test('a Python script is known by the local modules and scripts that it imports or starts', () => {
  expect(programIn(scriptFiles, 'program: train.py').paths()).toEqual(loaded)
})

test.each([
  ['command: [python3, train.py, "${args}"]', loaded],
  ['command: [python3, -m, pkg.part, "${args}"]', ['pkg/__init__.py', 'pkg/part/__init__.py', 'pkg/shared.py']],
  ['command: [sh, run.sh, data.csv]', [...loaded.slice(0, -2), 'run.sh', 'sibling.py', 'train.py']],
  ['command: [sh, -c, "exit 0"]', []],
  ['command: [env, sh, run2.sh, --config=c.yaml, d.toml]', ['c.yaml', 'd.toml', 'run2.sh']],
  ['command: [env, sh, --config, c.yaml, run2.sh]', ['c.yaml', 'run2.sh']],
])('%s is known by the files that it names and what they start', (keys, expected) => {
  const files = {
    ...scriptFiles,
    'run.sh': 'python3 train.py\n',
    'run2.sh': '',
    'c.yaml': '',
    'd.toml': '',
    'data.csv': '',
  }
  expect(programIn(files, keys).paths()).toEqual(expected)
})

test.each([
  ['own.ts', moduleFiles, imported],
  ['train.py', scriptFiles, loaded],
])('any edit of any file of %s makes another version, and undoing it the same one', (program, files, paths) => {
  const { folder, version } = programIn(files, `program: ${program}`)
  const before = version()?.sha256
  const text = (path: string) => (files as Files)[path] ?? ''
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.string({ minLength: 1 }), (path, more) => {
      appendFileSync(join(folder, path), `\n${path.endsWith('.py') ? '#' : '//'}${more.replaceAll(/[\r\n]/g, ' ')}`)
      expect(version()?.sha256).not.toBe(before)
      writeFileSync(join(folder, path), text(path))
      expect(version()?.sha256).toBe(before)
    }),
    { numRuns: 50 },
  )
})

test('what is not imported makes no difference, nor does the order in which files were made or imported', () => {
  const keys = 'program: own.ts'
  const { sha256 } = programIn(moduleFiles, keys).version() ?? {}
  const backwards = Object.fromEntries(Object.entries(moduleFiles).reverse())
  expect(programIn({ ...backwards, 'not-imported.ts': 'another' }, keys).version()?.sha256).toBe(sha256)
  const sends = ['data.csv', 'not-imported.ts']
  const sent = programIn(moduleFiles, keys, sends).version()?.sha256
  expect(sent).not.toBe(sha256)
  expect(programIn(moduleFiles, keys, sends.toReversed()).version()?.sha256).toBe(sent)
})

test('a file that may be executed is another one', () => {
  const { folder, version } = programIn({ 'run.sh': '' }, 'command: [sh, run.sh]')
  const before = version()?.sha256
  chmodSync(join(folder, 'run.sh'), 0o755)
  expect(version()?.sha256).not.toBe(before)
})

test('a folder that is sent counts without what is compiled, fetched or kept there by swath', () => {
  const files = {
    ...{ 'own.mjs': '', 'lib/a.txt': '', 'lib/deep/b.py': '', 'lib/__pycache__/b.pyc': '', 'lib/.git/x': '' },
    ...{ 'lib/node_modules/x.js': '', 'lib/swath.db': '', 'lib/swath.db-wal': '', 'lib/swath.db.artifacts/1': '' },
  }
  expect(programIn(files, 'program: own.mjs', ['lib']).paths()).toEqual(['lib/a.txt', 'lib/deep/b.py', 'own.mjs'])
})

test('a program that is gone is said to be', () => {
  const { folder, version } = programIn({ 'own.mjs': '' }, 'program: own.mjs')
  const program = { module: join(folder, 'own.mjs') }
  expect(version()).toBeDefined()
  rmSync(program.module)
  expect(() => readVersion(program, { folder, send: [] })).toThrow(/the program cannot be read: ENOENT/)
})
