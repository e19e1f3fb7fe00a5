import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  mkdirSync,
  openSync,
  statSync,
  type Stats,
} from 'node:fs'

import { readPieces, writeParts } from './write-flushed.ts'

/** The owner and the permissions of a file or a folder. */
export interface Rights {
  readonly uid: number
  readonly gid: number
  /** The permission bits alone. */
  readonly mode: number
}

/** Rights of the owner of `a`, and of everyone who has them in both. */
export function bothRights(a: Rights, b: Rights): Rights {
  return { ...a, mode: a.mode & b.mode }
}

/** Returns the owner and the permissions of a file or a folder. @throws an error with the code ENOENT if it is gone */
export function rightsOf(path: string): Rights {
  return rightsIn(statSync(path))
}

function rightsIn({ uid, gid, mode }: Stats): Rights {
  return { uid, gid, mode: mode & 0o777 }
}

/**
 * Creates a file with these rights, which is never open to more users, not even before its owner is set. Its owner may
 * read and write it. Another user of the folder may put something else in the place of the name at any moment: rights and
 * content go to the descriptor of the new file.
 *
 * @param write writes the content; without it the file is empty
 * @throws an error with the code EEXIST if there is a file of this name
 */
export function createWithRights(path: string, rights: Rights, write?: (file: number) => void): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    giveRights(file, { ...rights, mode: rights.mode | 0o600 })
    write?.(file)
  } finally {
    closeSync(file)
  }
}

/** Copies a file with its rights to a new one. @throws an error with the code EEXIST if there is a file of this name */
export function copyWithRights(from: string, to: string): void {
  const source = openSync(from, 'r')
  try {
    createWithRights(to, rightsIn(fstatSync(source)), (file) => {
      writeParts(file, readPieces(source))
    })
  } finally {
    closeSync(source)
  }
}

/** As {@link createWithRights}, a folder; its parent exists. */
export function createFolderWithRights(path: string, rights: Rights): void {
  mkdirSync(path, 0o700)
  // Windows opens no folder, and keeps rights of another kind.
  if (process.platform === 'win32') return
  const folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    giveRights(folder, { ...rights, mode: rights.mode | 0o700 })
  } finally {
    closeSync(folder)
  }
}

/**
 * Sets the owner, then the permissions. A user who may not give a file away keeps it. Where its group cannot be kept
 * either, the group that it has instead may do no more than all others may.
 */
function giveRights(file: number, { uid, gid, mode }: Rights): void {
  const own = process.getuid?.() ?? uid
  const isGiven = isOwned(file, uid, gid) || isOwned(file, own, gid)
  const others = mode & 0o007
  fchmodSync(file, isGiven ? mode : mode & (0o700 | (others << 3) | others))
}

function isOwned(file: number, uid: number, gid: number): boolean {
  try {
    fchownSync(file, uid, gid)
    return true
  } catch {
    return false
  }
}
