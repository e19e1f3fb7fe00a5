import { readdirSync, statSync, type Dirent } from 'node:fs'
import { extname, join } from 'node:path'
import { messageOf, SwathError } from '../errors.ts'
import { naturalOrder, plainOrder } from './natural-order.ts'

const pictureEndings: ReadonlySet<string> = new Set(['.png', '.jpg', '.jpeg', '.webp'])

/** What systems leave in folders of pictures; names that start with a dot are hidden anyway. */
const leftovers: ReadonlySet<string> = new Set(['thumbs.db', 'ehthumbs.db', 'desktop.ini', '__macosx'])

/** The folders in a folder, 2 before 10. Other files may lie beside them, but no pictures: they would have no class. */
export function foldersIn(folder: string): string[] {
  const entries = entriesOf(folder)
  const folders = entries.filter((entry) => isFolder(folder, entry)).map(({ name }) => name)
  const stray = entries.find(({ name }) => pictureEndings.has(extname(name).toLowerCase()) && !folders.includes(name))
  if (stray !== undefined) {
    throw new SwathError('dataset', `${join(folder, stray.name)}: the picture is in no class's folder`, {
      hint: 'move it into the folder of its class, or away',
    })
  }
  return folders.sort(naturalOrder)
}

/** The files in a class's folder. @throws SwathError('dataset') if there are none, or folders */
export function picturesIn(folder: string): string[] {
  const entries = entriesOf(folder)
  const inner = entries.find((entry) => isFolder(folder, entry))
  if (inner !== undefined) {
    throw new SwathError('dataset', `${join(folder, inner.name)}: expected a picture, found a folder`, {
      hint: 'pictures lie in <class>/, or in train/<class>/ and test/<class>/, and no deeper',
    })
  }
  if (entries.length === 0) {
    throw new SwathError('dataset', `${folder}: expected pictures of this class, found none`, {
      hint: 'put some in, or remove the folder',
    })
  }
  return entries.map(({ name }) => name).sort(plainOrder)
}

function entriesOf(folder: string): Dirent[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return entries.filter(({ name }) => !name.startsWith('.') && !leftovers.has(name.toLowerCase()))
  } catch (error) {
    throw new SwathError('dataset', `${folder}: ${messageOf(error)}`, { cause: error })
  }
}

function isFolder(folder: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  return statSync(join(folder, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false
}
