import { readFileSync, statSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'

import { pathFrom } from '../../path-below.ts'
import type { ProgramReference } from '../../workers/protocol.ts'
import { isFile } from '../command/find-executable.ts'
import { isJavaScript, javascriptImports } from './javascript.ts'
import { pythonImports } from './python.ts'

/** Names of scripts in a text: what a shell script starts, what R or Julia includes, what Python gives to a process. */
const scriptNames = /[\w./-]+\.(?:py|sh|bash|r|jl|rb|pl|lua|mjs|cjs|js|mts|cts|ts)\b/gi

/** A larger file is no source text. */
const mostBytes = 2 ** 22

/** The files that a program names itself: its module, or those among the words of its command. */
export function ownFiles(program: ProgramReference): readonly string[] {
  if ('builtin' in program) return []
  if ('module' in program) return [program.module]
  return program.sources ?? (program.script === null ? [] : [program.script])
}

/**
 * Returns the absolute paths of a program's files: its own, and the local ones that they import, directly or not.
 * Packages are left out, as are interpreters: they belong to the machine, where hosts may have other versions.
 */
export function sourceFiles(program: ProgramReference): string[] {
  const own = ownFiles(program)
  const folder = 'folder' in program ? [program.folder] : []
  const roots = [...new Set([...own.map((path) => dirname(path)), ...folder])]
  const found = new Set(own.map((path) => resolve(path)))
  // The set grows while it is gone through.
  for (const path of found) for (const file of importsOf(path, roots)) found.add(file)
  return [...found].sort()
}

function importsOf(path: string, roots: readonly string[]): string[] {
  if (!isFile(path) || statSync(path).size > mostBytes) return []
  const text = readFileSync(path, 'utf8')
  if (isJavaScript(path)) return javascriptImports(path, text)
  if (['.json', '.node', '.wasm'].includes(extname(path))) return []
  const named = [...text.matchAll(scriptNames)].flatMap(([name]) =>
    [dirname(path), ...roots].map((root) => pathFrom(root, name)).filter(isFile),
  )
  return path.endsWith('.py') ? [...named, ...pythonImports(path, text, roots)] : named
}
