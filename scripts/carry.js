// Copies what swath needs of two packages to `carried/` (or the folder that is named), which its own package brings along.
// As dependencies npm would run their install scripts: one looks for a host outside the registries, the other compiles
// where there may be no headers of Node's.
import { cpSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const parts = {
  '@tensorflow/tfjs-node': ['package.json', 'README.md', 'binding', 'dist'],
  'better-sqlite3': ['package.json', 'LICENSE', 'binding.gyp', 'deps', 'lib', 'src'],
}
const isNeeded = (path) => !/_test\.js$|\.d\.ts$/.test(path)

const [, , carried = 'carried'] = process.argv
const { resolve } = createRequire(import.meta.url)
rmSync(carried, { recursive: true, force: true })
for (const [name, names] of Object.entries(parts)) {
  const from = dirname(resolve(`${name}/package.json`))
  for (const part of names) {
    cpSync(join(from, part), join(carried, name, part), { recursive: true, filter: isNeeded })
  }
}
// tfjs-node's package lacks the licence that it names; TypeScript's has the same text.
cpSync(resolve('typescript/LICENSE.txt'), join(carried, '@tensorflow/tfjs-node/LICENSE'))
