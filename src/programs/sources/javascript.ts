import { createRequire } from 'node:module'
import { dirname, extname, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

import { pathFrom } from '../../path-below.ts'
import { isFile } from '../command/find-executable.ts'

const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json', '.node', '.wasm']

/** TypeScript imports a file by the name that it has once it is compiled. */
const sourcesOf: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.jsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
}

const quoted = String.raw`\(?\s*(?:/\*[^]*?\*/\s*)*(['"\x60])((?:\.{0,2}/|#|file:)[^'"\x60\n]+)\1`
const specifiers = new RegExp(String.raw`\b(?:from|import|require|require\.resolve|URL)\s*${quoted}`, 'g')

export function isJavaScript(path: string): boolean {
  return extensions.slice(0, 8).includes(extname(path).toLowerCase())
}

/**
 * Returns the local files that a module imports: `import`, `export … from`, `import()`, `require()` and
 * `new URL('./x', import.meta.url)` with a literal path. What stands in a comment counts too: one file more is harmless.
 * Every file that a specifier may mean is returned, because loaders differ in which one they prefer.
 */
export function javascriptImports(path: string, text: string): string[] {
  return [...text.matchAll(specifiers)].flatMap(([, , specifier = '']) => resolved(path, specifier))
}

function resolved(path: string, specifier: string): string[] {
  if (specifier.startsWith('#')) return packageImport(path, specifier)
  const name = specifier.replace(/[?#].*$/, '')
  const base = name.startsWith('file:') ? fileURLToPath(name) : pathFrom(dirname(path), name)
  const extension = extname(base)
  const stem = base.slice(0, base.length - extension.length)
  const candidates = [
    ...(extensions.includes(extension) ? [base] : []),
    ...(sourcesOf[extension] ?? []).map((other) => stem + other),
    ...extensions.flatMap((other) => [base + other, pathFrom(base, `index${other}`)]),
  ]
  return candidates.filter(isFile)
}

/** `#name`, as the `imports` of the nearest package.json says. */
function packageImport(path: string, specifier: string): string[] {
  try {
    const found = createRequire(path).resolve(specifier)
    return found.includes(`${sep}node_modules${sep}`) || !isFile(found) ? [] : [found]
  } catch {
    // The loader says so when it imports the module.
    return []
  }
}
