import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { flawOfName, pathBelow } from '../path-below.ts'
import type { Artifacts, StoredArtifact } from './artifacts.ts'
import { damaged, difference } from './flaw.ts'
import { journalName } from './host-folder.ts'
import type { ArtifactPlace } from './place.ts'
import type { SharedArtifacts } from './shared.ts'
import { shortageOf } from './shortage.ts'

/** Artifacts that are carried between a host's folder and a place that all hosts reach. */
export function carriedArtifacts(place: ArtifactPlace, host: Artifacts): SharedArtifacts {
  const pathOf = (name: string) => pathBelow(host.location, name)
  const underWay = new Map<string, Promise<void>>()

  /** The bytes of an artifact; it fails at the end if they are not those that were published. */
  async function* checked({ name, bytes, sha256 }: StoredArtifact): AsyncGenerator<Uint8Array> {
    // A key is no path to swath, but is one to some servers.
    pathOf(name)
    const source = await place.get(name)
    if (source === undefined) throw damaged(`${name} in ${place.location} is gone`)
    const hash = createHash('sha256')
    let found = 0
    for await (const piece of source) {
      found += piece.length
      // What is too long may be so without end.
      if (found > bytes) break
      hash.update(piece)
      yield piece
    }
    const flaw = difference({ bytes, sha256 }, found, () => hash.digest('hex'))
    if (flaw !== undefined) throw damaged(`${name} in ${place.location} ${flaw}`)
  }

  /** What it throws is a rejection. */
  const putFile = async (file: StoredArtifact) => place.put({ ...file, path: pathOf(file.name) })

  return {
    location: place.location,
    host,
    isCarried: true,

    async areThere() {
      for await (const file of place.list('')) return file.bytes >= 0
      return false
    },

    publish({ name, bytes, sha256 }) {
      // Whoever asks again while one is under way, for want of patience, waits for that one.
      const publication =
        underWay.get(name) ??
        putFile({ name, bytes, sha256 })
          .then(() => {
            host.remove([name])
          })
          .finally(() => underWay.delete(name))
      underWay.set(name, publication)
      return publication
    },

    async fetch(artifact) {
      if (host.flawOf(artifact) === undefined) return
      const path = pathOf(artifact.name)
      const aside = `${path}.${randomUUID()}`
      await mkdir(dirname(path), { recursive: true })
      try {
        await pipeline(checked(artifact), createWriteStream(aside))
        await rename(aside, path)
      } catch (error) {
        await rm(aside, { force: true })
        throw error
      }
    },

    async read(artifact) {
      const pieces: Uint8Array[] = []
      for await (const piece of checked(artifact)) pieces.push(piece)
      return Buffer.concat(pieces)
    },

    async flawsOf(artifacts) {
      const sizes = new Map<string, number>()
      for await (const { name, bytes } of place.list('')) sizes.set(name, bytes)
      const flaws = new Map<string, string>()
      for (const { name, bytes } of artifacts) {
        const found = sizes.get(name)
        const flaw =
          flawOfName(name) ?? (found === undefined ? 'is gone' : difference({ bytes, sha256: '' }, found, () => ''))
        if (flaw !== undefined) flaws.set(name, flaw)
      }
      return flaws
    },

    list: (prefix = '') => place.list(prefix),

    async remove(names) {
      host.remove(names)
      const files: string[] = []
      for (const name of names.filter((each) => flawOfName(each) === undefined)) {
        if (name.endsWith('/')) for await (const file of place.list(name)) files.push(file.name)
        else files.push(name)
      }
      await place.remove(files)
    },

    obstacle: (error) => place.obstacle(error) ?? shortageOf(error),

    async close() {
      if (!existsSync(join(host.location, journalName))) host.clear()
      await place.close()
    },
  }
}
