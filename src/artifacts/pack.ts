import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { create, extract } from 'tar'
import type { StoredArtifact } from './artifacts.ts'
import { isCheckpoint } from './strays.ts'

/** What a folder holds besides checkpoints, as far as one can see without reading it; `''` if nothing. */
export async function looksOf(folder: string): Promise<string> {
  const looks: string[] = []
  for (const name of await ownNames(folder)) {
    const below = await readdir(join(folder, name), { recursive: true }).catch(() => [])
    for (const path of [name, ...below.map((each) => join(name, each))].sort()) {
      const stats = await lstat(join(folder, path)).catch(() => undefined)
      if (stats !== undefined) looks.push(`${path} ${stats.ino} ${stats.size} ${stats.mtimeMs}`)
    }
  }
  return looks.join('\n')
}

/**
 * Packs what a folder holds besides checkpoints into a tar file in it.
 *
 * @param location the folder of the host's artifacts, and `name` the file in it
 * @throws Error if something in it was removed or cut short meanwhile
 */
export async function pack(location: string, name: string): Promise<StoredArtifact> {
  const file = join(location, name)
  const folder = dirname(file)
  await create({ cwd: folder, file, strict: true }, await ownNames(folder))
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of createReadStream(file) as AsyncIterable<Buffer>) {
    bytes += piece.length
    hash.update(piece)
  }
  return { name, bytes, sha256: hash.digest('hex') }
}

/** Has a folder hold what was packed, and nothing else but checkpoints. */
export async function unpack(location: string, name: string): Promise<void> {
  const file = join(location, name)
  const folder = dirname(file)
  await mkdir(folder, { recursive: true })
  for (const own of await ownNames(folder)) await rm(join(folder, own), { recursive: true })
  await extract({ cwd: folder, file, strict: true, preserveOwner: false })
}

/** Checkpoints, and packs, have rows of their own. */
export async function ownNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => !isCheckpoint(name) && name !== 'args.json')
}
