#!/usr/bin/env node
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const main = new URL('../dist/src/cli/main.js', import.meta.url)

// The installed package is built; a fresh checkout builds itself on first use.
if (!existsSync(main)) {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const project = fileURLToPath(new URL('../tsconfig.build.json', import.meta.url))
  execFileSync(process.execPath, [tsc, '-p', project], { stdio: ['ignore', 2, 2] })
}

// Since Node 22: what was compiled once is not compiled at every start.
module.enableCompileCache?.()

try {
  await import(main.href)
} catch (error) {
  // Where swath itself cannot be loaded, nothing of it can say so.
  if (process.argv.includes('--debug')) throw error
  const lacksFiles = error?.code === 'EMFILE' || /too many open files/.test(error?.message)
  const lacksFolder = error?.code === 'ENOENT'
  const hint = lacksFiles
    ? 'raise the limit on open files: ulimit -n 4096'
    : lacksFolder
      ? 'check that the folder that you are in is still there: cd to another one'
      : 'check the limits of this process (ulimit -a), or install swath again; --debug shows the stack trace'
  process.stderr.write(`error: swath cannot be loaded: ${error?.message ?? error}\n→ ${hint}\n`)
  process.exitCode = 1
}
