import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { packageRoot } from './package-root.ts'

/**
 * The folder of a package whose install script would fail or download where swath is installed. swath's own package
 * carries a copy of it (scripts/carry.js), for which npm runs nothing; a checkout has the package itself.
 */
export function carriedPackage(name: 'better-sqlite3' | '@tensorflow/tfjs-node'): string {
  const copy = join(packageRoot, 'carried', name)
  if (existsSync(copy)) return copy
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
}
