import { open, type FileHandle } from 'node:fs/promises'
import PQueue from 'p-queue'
import type { Store } from '../store/store.ts'
import type { ArtifactPlace } from './place.ts'

/** A statement carries so much: what is in memory of a file, however large that is. */
const partBytes = 4 << 20
/** Files that are written at once; the rest of the store's connections are for its rows. */
const writesAtOnce = 3
const namesAtOnce = 1_000

/** A table of the store's own database: where its rows are reached, its files are. */
export function postgresPlace({ db, location, obstacle }: Pick<Store, 'db' | 'location' | 'obstacle'>): ArtifactPlace {
  const turns = new PQueue({ concurrency: writesAtOnce })

  async function contentOf(name: string, part: number): Promise<Uint8Array | undefined> {
    const row = await db
      .selectFrom('artifact_parts')
      .select('content')
      .where('name', '=', name)
      .where('part', '=', part)
      .executeTakeFirst()
    return row?.content
  }

  async function keep(name: string, file: FileHandle): Promise<void> {
    let part = 0
    for await (const content of pieces(file)) {
      await db
        .insertInto('artifact_parts')
        .values({ name, part, content })
        .onConflict((conflict) => conflict.columns(['name', 'part']).doUpdateSet({ content }))
        .execute()
      part++
    }
    await db.deleteFrom('artifact_parts').where('name', '=', name).where('part', '>=', part).execute()
  }

  return {
    location: `the artifacts of ${location}`,

    // No transaction: nobody reads a file before a row names it.
    put: ({ name, path }) =>
      turns.add(async () => {
        const file = await open(path)
        await keep(name, file).finally(() => file.close())
      }),

    async get(name) {
      const first = await contentOf(name, 0)
      if (first === undefined) return undefined
      return (async function* () {
        let content: Uint8Array | undefined = first
        for (let part = 1; content !== undefined; part++) {
          yield content
          content = await contentOf(name, part)
        }
      })()
    },

    async *list(prefix) {
      for (let after = ''; ;) {
        const files = await db
          .selectFrom('artifact_parts')
          .select((row) => ['name', row.fn.sum<number>(row.fn<number>('octet_length', ['content'])).as('bytes')])
          .where('name', '>', after)
          .$if(prefix !== '', (names) => names.where('name', '>=', prefix).where('name', '<', firstBeyond(prefix)))
          .groupBy('name')
          .orderBy('name')
          .limit(namesAtOnce)
          .execute()
        yield* files
        const last = files.at(-1)
        if (last === undefined || files.length < namesAtOnce) return
        after = last.name
      }
    },

    async remove(names) {
      for (let first = 0; first < names.length; first += namesAtOnce) {
        const some = names.slice(first, first + namesAtOnce)
        await db.deleteFrom('artifact_parts').where('name', 'in', some).execute()
      }
    },

    obstacle,
    close: () => turns.onIdle(),
  }
}

async function* pieces(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let isFirst = true; ; isFirst = false) {
    const piece = new Uint8Array(partBytes)
    let length = 0
    while (length < partBytes) {
      const { bytesRead } = await file.read(piece, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    // Also of an empty file there is a part.
    if (length > 0 || isFirst) yield piece.subarray(0, length)
    if (length < partBytes) return
  }
}

/** The first text that is after all that begin so. */
function firstBeyond(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)
}
