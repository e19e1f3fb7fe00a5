import { closeSync, openSync, readSync } from 'node:fs'
import { extname } from 'node:path'
import { isExecutable } from './find-executable.ts'

const byExtension: Readonly<Record<string, string>> = {
  '.py': 'python3',
  '.sh': 'sh',
  '.bash': 'bash',
  '.r': 'Rscript',
  '.jl': 'julia',
  '.rb': 'ruby',
  '.pl': 'perl',
  '.lua': 'lua',
  '.js': 'node',
  '.mjs': 'node',
  '.cjs': 'node',
}

/**
 * What `${interpreter}` stands for. The extension decides: a `.py` with `#!/usr/bin/python3` still runs with the python3
 * of the environment that is active. Then the file itself: nothing, if it can be executed; what its `#!` line says; and
 * python3, W&B's default.
 */
export function interpreterOf(file: string): string[] {
  const known = byExtension[extname(file).toLowerCase()]
  if (known !== undefined) return [known]
  if (isExecutable(file)) return []
  const shebang = /^#!\s*(.+)/.exec(firstLine(file))?.[1]
  return shebang === undefined ? ['python3'] : shebang.trim().split(/\s+/)
}

function firstLine(file: string): string {
  const start = Buffer.alloc(256)
  const descriptor = openSync(file, 'r')
  try {
    const length = readSync(descriptor, start)
    return start.toString('utf8', 0, length).split('\n')[0] ?? ''
  } finally {
    closeSync(descriptor)
  }
}
