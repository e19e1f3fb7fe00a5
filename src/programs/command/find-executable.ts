import { accessSync, constants, statSync } from 'node:fs'
import { delimiter } from 'node:path'
import { pathFrom } from '../../path-below.ts'

/** The file that a command's first word starts in `folder`, as a shell would find it; undefined if there is none. */
export function findExecutable(word: string, folder: string, path = process.env.PATH ?? ''): string | undefined {
  if (word === '') return undefined
  const places = word.includes('/') ? [word] : path.split(delimiter).map((place) => pathFrom(place, word))
  return places.map((place) => pathFrom(folder, place)).find(isExecutable)
}

export function isExecutable(file: string): boolean {
  if (!isFile(file)) return false
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    // Nothing of that name is there, or none can be: it is too long, or has a NUL in it.
    return false
  }
}
