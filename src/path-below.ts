import { lstatSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve, win32 } from 'node:path'

import { SwathError, type ErrorCode } from './errors.ts'

/**
 * Returns the path of `name` below the folder `root`. Every name that comes from a row, an archive, a URL or a file goes
 * through this function before it becomes a path: another process may have written it.
 *
 * @param code of the error, for callers that branch on it
 * @throws SwathError if the name, or a symbolic link on its way, leads out of the folder, or to the folder itself
 */
export function pathBelow(root: string, name: string, code: ErrorCode = 'artifact'): string {
  const path = resolve(root, typeof name === 'string' ? name : '')
  const flaw = flawOfName(name) ?? (leadsOut(resolve(root), path) ? 'a symbolic link leads out of it' : undefined)
  if (flaw === undefined) return path
  throw new SwathError(code, `${JSON.stringify(name)} is no name of a file in ${root}: ${flaw}`, {
    hint: 'swath writes no such name: see who else can write to the store or to this folder',
  })
}

/** Says why a name is no path below a folder, on any platform; undefined if it is one. */
export function flawOfName(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'it is not text'
  if (name.includes('\0')) return 'it contains a NUL character'
  if (isRooted(name)) return 'it is absolute'
  const segments = name.split(/[\\/]/)
  if (segments.includes('..')) return 'it contains ..'
  if (segments.every((segment) => segment === '' || segment === '.')) return 'it is empty'
  return undefined
}

/** True of a path that begins at a root or a drive on any system: `/a`, `\\a`, `C:a`. */
export function isRooted(path: string): boolean {
  return win32.isAbsolute(path) || /^[a-z]:/i.test(path)
}

/**
 * True if the target of a symbolic link in the folder `from` is `root` or below it, whatever links there are in it. Both
 * folders are absolute, and on the way from `root` to `from` is no link.
 */
export function staysIn(root: string, from: string, target: string): boolean {
  const path = pathFrom(from, target)
  return (path === root || isBelow(root, path)) && !hasDetour(target)
}

/** True of a path with `..` after a name. The name may be that of a link: where it leads, the system goes up from there. */
function hasDetour(path: string): boolean {
  const segments = path.split(/[\\/]/).filter((segment) => segment !== '' && segment !== '.')
  return segments.some((segment, k) => segment === '..' && k > 0 && segments[k - 1] !== '..')
}

/**
 * Returns the path that a user means, who wrote it in a file of the folder or keeps it there: it may lead anywhere. Names that
 * come from elsewhere go through {@link pathBelow}.
 */
export function pathFrom(folder: string, written: string): string {
  return resolve(folder, written)
}

/** True if `path` is below `root`; both are absolute, and the root itself is not below it. */
function isBelow(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '' && way.split(/[\\/]/)[0] !== '..' && !isAbsolute(way)
}

/** True if what there is on the way from the root to the path is a link to elsewhere, or to nowhere. */
function leadsOut(root: string, path: string): boolean {
  for (let at = path; at !== root && isBelow(root, at); at = dirname(at)) {
    const real = realPathOf(at)
    if (real === 'nowhere') return true
    if (real !== undefined) return !isBelow(realpathSync.native(root), real)
  }
  return false
}

/** Undefined if there is nothing, `nowhere` for a link that leads to nothing. */
function realPathOf(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch {
    return isLink(path) ? 'nowhere' : undefined
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink()
  } catch {
    return false
  }
}
