import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, type Stats } from 'node:fs'
import { link, lstat, mkdir, readdir, realpath, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { create, extract, type ReadEntry } from 'tar'

import { messageOf } from '../errors.ts'
import { isRooted, pathBelow, pathFrom, staysIn } from '../path-below.ts'
import type { StoredArtifact } from './artifacts.ts'
import { damaged } from './flaw.ts'
import { isOwn, ownNames, type FolderContents } from './folder-contents.ts'
import { shortageOf } from './shortage.ts'

/**
 * Packs what a folder holds into a tar file in it: exactly what {@link unpack} accepts.
 *
 * @param location the folder of the host's artifacts, and `name` the file in it
 * @throws Error if something in it was removed or cut short meanwhile
 */
export async function pack(
  location: string,
  name: string,
  { paths, links }: Pick<FolderContents, 'paths' | 'links'>,
): Promise<StoredArtifact> {
  const file = pathBelow(location, name)
  await create(
    {
      ...{ cwd: dirname(file), file, strict: true, noDirRecurse: true, linkCache: new NoHardLinks() },
      onWriteEntry(entry) {
        const target = links.get(entry.path.slice(2))
        if (entry.type === 'SymbolicLink' && target !== undefined) entry.linkpath = target
      },
    },
    paths.map((path) => `./${path}`),
  )
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of createReadStream(file) as AsyncIterable<Buffer>) {
    bytes += piece.length
    hash.update(piece)
  }
  return { name, bytes, sha256: hash.digest('hex') }
}

/** Every name of a file that has several is packed as a file of its own. */
class NoHardLinks extends Map<`${number}:${number}`, string> {
  override get(): undefined {
    return undefined
  }
}

/**
 * Has a folder hold what was packed, and nothing else but checkpoints; the folder stays as it was if the pack is refused.
 *
 * @throws SwathError('artifact') if the pack is none, or has a name or a link that leads out of the folder
 */
export async function unpack(location: string, name: string): Promise<void> {
  const file = pathBelow(location, name)
  const folder = dirname(file)
  const aside = `${folder}.${randomUUID()}`
  try {
    await mkdir(aside, { recursive: true })
    await extractInto(aside, file)
    await mkdir(folder, { recursive: true })
    for (const own of await ownNames(folder)) await rm(pathFrom(folder, own), { recursive: true })
    for (const entry of await readdir(aside, { withFileTypes: true })) {
      await rename(join(aside, entry.name), join(folder, entry.name))
    }
  } catch (error) {
    if (shortageOf(error) !== undefined) throw error
    throw damaged(`${name} cannot be unpacked: ${messageOf(error)}`, error)
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

/** What an entry of a pack is, besides a file and a folder. */
interface Link {
  readonly path: string
  readonly target: string
  readonly isHard: boolean
}

const plain: readonly string[] = ['File', 'OldFile', 'ContiguousFile', 'Directory', 'GNUDumpDir']

/**
 * Extracts a pack into an empty folder. The links are made last and here: no name of the pack can lead through one, and the
 * library waits for ever for some (`b/c -> b`), and refuses others that lead through a link.
 *
 * @throws Error for a name or a link that {@link pack} would not have written
 */
async function extractInto(folder: string, file: string): Promise<void> {
  const links: Link[] = []
  let refusal: unknown
  const isWanted = (path: string, entry: Stats | ReadEntry): boolean => {
    try {
      pathBelow(folder, path)
      const [first = ''] = path.replace(/^\.\//, '').split('/')
      if (!isOwn(first)) throw new Error(`${first} is the name of a checkpoint`)
      const type = 'type' in entry ? entry.type : 'File'
      if (plain.includes(type)) return true
      const target = 'linkpath' in entry ? entry.linkpath : undefined
      if (target === undefined) throw new Error(`${path} is neither a file nor a folder`)
      links.push({ path, target, isHard: type === 'Link' })
    } catch (error) {
      // Thrown in the stream it would end the process.
      refusal ??= error
    }
    return false
  }
  await extract({ ...{ cwd: folder, file, strict: true, preserveOwner: false }, filter: isWanted })
  if (refusal !== undefined) throw refusal as Error
  for (const each of links) await makeLink(folder, each)
}

async function makeLink(folder: string, { path, target, isHard }: Link): Promise<void> {
  const at = pathBelow(folder, path)
  await mkdir(dirname(at), { recursive: true })
  await refuseLinksOnWay(folder, path)
  if (isHard) await linkFile(folder, target, at)
  else if (!isRooted(target) && staysIn(folder, dirname(at), target.replaceAll('\\', '/'))) await symlink(target, at)
  else throw new Error(`${path} is a link out of the folder, to ${target}`)
}

/** Throws Error if a link that was made before is on the way: from where it leads, a target with `..` is another one. */
async function refuseLinksOnWay(folder: string, path: string): Promise<void> {
  const parent = dirname(pathBelow(folder, path))
  if ((await realpath(parent)) === pathFrom(await realpath(folder), relative(folder, parent))) return
  throw new Error(`${path} is below a link`)
}

/** A second name of a link would be a link to elsewhere, if it is in another folder. */
async function linkFile(folder: string, target: string, at: string): Promise<void> {
  const file = pathBelow(folder, target)
  if (!(await lstat(file)).isFile()) throw new Error(`${target} has a second name, and is no file`)
  await refuseLinksOnWay(folder, target)
  await link(file, at)
}
