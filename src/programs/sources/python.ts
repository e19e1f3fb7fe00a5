import { dirname, join } from 'node:path'

import { pathFrom } from '../../path-below.ts'
import { isFile } from '../command/find-executable.ts'

const statement = String.raw`(?:^|[;:])[ \t]*`
const plainImport = new RegExp(String.raw`${statement}import[ \t]+([\w., \t]+)`, 'gm')
const fromImport = new RegExp(
  String.raw`${statement}from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n#;]+)`,
  'gm',
)
const dynamicImport = /\b(?:import_module|__import__)\(\s*['"]([\w.]+)['"]/g

/**
 * Returns the local files that a Python file imports, wherever the statement stands in it.
 * @param roots folders in which Python looks for modules: the script's, and the working directory
 */
export function pythonImports(path: string, text: string, roots: readonly string[]): string[] {
  const source = text.replace(/\\\r?\n/g, ' ')
  const absolute = [
    ...[...source.matchAll(plainImport)].flatMap(([, names = '']) => namesIn(names)),
    ...[...source.matchAll(dynamicImport)].map(([, name = '']) => name),
  ]
  const files = absolute.flatMap((name) => roots.flatMap((root) => moduleFiles(root, name)))
  for (const [, dots = '', module = '', names = ''] of source.matchAll(fromImport)) {
    const within = dots === '' ? roots : [ancestor(path, dots.length)]
    const found = [module, ...namesIn(names).map((name) => (module === '' ? name : `${module}.${name}`))]
    files.push(...within.flatMap((root) => found.flatMap((name) => moduleFiles(root, name))))
  }
  return files
}

/** `a.b as c, d` names a.b and d. */
function namesIn(list: string): string[] {
  return list
    .replace(/#.*$/gm, '')
    .split(',')
    .flatMap((part) => /[\w.]+/.exec(part)?.[0] ?? [])
}

/** The file of `a.b`, and the packages around it, which Python runs before. */
export function moduleFiles(root: string, name: string): string[] {
  const parts = name === '' ? [] : name.split('.')
  const packages = parts.map((_, k) => pathFrom(root, [...parts.slice(0, k + 1), '__init__.py'].join('/')))
  return [
    ...packages,
    join(root, '__init__.py'),
    ...(parts.length === 0 ? [] : [`${pathFrom(root, parts.join('/'))}.py`]),
  ].filter(isFile)
}

function ancestor(path: string, levels: number): string {
  return levels === 0 ? path : ancestor(dirname(path), levels - 1)
}
