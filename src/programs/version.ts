import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'

import { messageOf, SwathError } from '../errors.ts'
import { pathFrom } from '../path-below.ts'
import type { ProgramReference } from '../workers/protocol.ts'
import { ownFiles, sourceFiles } from './sources/sources.ts'

/** A program as it is at one moment: its files, what they import locally, and what `send` names. */
export interface ProgramVersion {
  /** Hash of `files`. */
  readonly sha256: string
  /** JSON: {@link ProgramFile}s in the order of their paths. */
  readonly files: string
}

export interface ProgramFile {
  /** From the folder of the sweep file, with /. */
  readonly path: string
  readonly isExecutable: boolean
  readonly base64: string
}

/** Where the files of a program are. */
export interface ProgramPlace {
  /** Folder of the sweep file. */
  readonly folder: string
  /** Paths of files and folders from there that belong to the program; false: hosts have all of it. */
  readonly send: readonly string[] | false
}

const mostBytes = 64 * 2 ** 20

/** Left out of a folder that `send` names: what is fetched, compiled or written there, and stores of swath's own. */
const leftOut = /^\.|^(?:node_modules|__pycache__)$|\.(?:pyc|db|db-\w+)$|\.artifacts$/

/**
 * Reads a program; undefined for one without files of its own: a built-in one, or a command of the machine.
 *
 * @throws SwathError('program') if a file is not there, or cannot be read
 */
export function readVersion(program: ProgramReference, { folder, send }: ProgramPlace): ProgramVersion | undefined {
  if ('builtin' in program) return undefined
  const beside = send === false ? [] : send.map((path) => pathFrom(folder, path)).flatMap(filesIn)
  const paths = [...new Set([...sourceFiles(program), ...beside])]
  if (paths.length === 0) return undefined
  let bytes = 0
  const files = paths.map((path): ProgramFile => {
    const content = readProgramFile(path)
    bytes += content.length
    if (bytes > mostBytes) {
      throw new SwathError('program', `the program and what \`send\` names have more than ${mostBytes / 2 ** 20} MB`, {
        hint: 'put large files where hosts find them, and name their place in a parameter',
      })
    }
    return { path: portable(path, folder), isExecutable: isExecutableMode(path), base64: content.toString('base64') }
  })
  const json = JSON.stringify(files.sort((a, b) => (a.path < b.path ? -1 : 1)))
  return { sha256: sha256Of(json), files: json }
}

export function filesOf({ files }: Pick<ProgramVersion, 'files'>): ProgramFile[] {
  return JSON.parse(files) as ProgramFile[]
}

/** True if the program's own files are at this place: a host may have them from the store alone. */
export function isHere(program: ProgramReference): boolean {
  return ownFiles(program).every((path) => existsSync(path))
}

/** @throws SwathError('program') if a file of the program, or one that `send` names, lies outside of the folder */
export function refuseOutside(program: ProgramReference, { folder, send }: ProgramPlace): void {
  if (send === false) return
  const named = send.map((path) => pathFrom(folder, path))
  for (const path of [...ownFiles(program), ...named]) refusePathOutside(portable(path, folder))
}

/** @throws SwathError('program') if a version has a file outside of the folder: it cannot be sent to hosts */
export function refuseUnsendable(version: ProgramVersion): void {
  for (const { path } of filesOf(version)) refusePathOutside(path)
}

function refusePathOutside(path: string): void {
  if (!path.startsWith('../') && !isAbsolute(path)) return
  throw new SwathError('program', `${path} lies outside the folder of the sweep file: hosts cannot be sent it`, {
    hint: 'move it there; or, if every host has it at this path, say so in the sweep file: send: false',
  })
}

function readProgramFile(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new SwathError('program', `the program cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

function filesIn(path: string): string[] {
  if (!existsSync(path)) throw new SwathError('program', `send: there is no file ${path}`)
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .filter((name) => !leftOut.test(name))
    .flatMap((name) => filesIn(pathFrom(path, name)))
}

function isExecutableMode(path: string): boolean {
  return (statSync(path).mode & 0o111) !== 0
}

export function portable(path: string, folder: string): string {
  return relative(resolve(folder), path).split(sep).join('/')
}

export function sha256Of(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
