import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { trialFolder } from '../artifacts/artifacts.ts'
import { ownNames } from '../artifacts/folder-contents.ts'
import { unpack } from '../artifacts/pack.ts'
import { messageOf, SwathError } from '../errors.ts'
import { pathBelow, pathFrom } from '../path-below.ts'
import { foldersOf } from '../store/artifacts.ts'
import type { TrialTools } from './with-trials.ts'

/** Copies what a program kept in its trial's folder to where it was asked for; never over something that is there. */
export async function exportFolder(
  { store, artifacts }: TrialTools,
  {
    id,
    out: given,
    json,
  }: { readonly id: number; readonly out: string | undefined; readonly json: boolean | undefined },
): Promise<void> {
  const out = given ?? `trial-${id}-folder`
  if (existsSync(out)) {
    throw new SwathError('usage', `${out} is there already`, { hint: 'remove it, or name another place with --out' })
  }
  const packed = (await foldersOf(store.db, id)).at(-1)
  if (packed !== undefined) {
    await artifacts.fetch(packed)
    await unpack(artifacts.host.location, packed.name)
  }
  const folder = pathBelow(artifacts.host.location, trialFolder(id))
  const names = await ownNames(folder)
  if (names.length === 0) {
    throw new SwathError('not-found', `trial ${id} has kept nothing in its folder`, {
      hint: 'commands and programs do, that write to it; a model of swath is exported as tfjs or safetensors',
    })
  }
  const aside = `${resolve(out)}.${randomUUID()}`
  try {
    await mkdir(dirname(aside), { recursive: true })
    for (const name of names) {
      await cp(pathFrom(folder, name), pathFrom(aside, name), { recursive: true, verbatimSymlinks: true })
    }
    await rename(aside, out)
  } catch (error) {
    await rm(aside, { recursive: true, force: true })
    throw new SwathError('artifact', `${out} can't be written: ${messageOf(error)}`, { cause: error })
  }
  if (json === true) process.stdout.write(`${JSON.stringify({ trial: id, format: 'folder', path: out })}\n`)
  else process.stdout.write(`Trial ${id} as folder: ${out}\n`)
}
