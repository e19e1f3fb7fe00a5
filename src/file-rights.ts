import { chmodSync, chownSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs'

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
  const { uid, gid, mode } = statSync(path)
  return { uid, gid, mode: mode & 0o777 }
}

/**
 * Creates an empty file with these rights, which is never open to more users, not even before its owner is set. Its owner
 * may read and write it.
 *
 * @throws an error with the code EEXIST if there is a file of this name
 */
export function createWithRights(path: string, rights: Rights): void {
  closeSync(openSync(path, 'wx', 0o600))
  giveRights(path, { ...rights, mode: rights.mode | 0o600 })
}

/** As {@link createWithRights}, a folder; its parent exists. */
export function createFolderWithRights(path: string, rights: Rights): void {
  mkdirSync(path, 0o700)
  giveRights(path, { ...rights, mode: rights.mode | 0o700 })
}

/**
 * Sets the owner, then the permissions. A user who may not give a file away keeps it. Where its group cannot be kept
 * either, the group that it has instead may do no more than all others may.
 */
function giveRights(path: string, { uid, gid, mode }: Rights): void {
  const own = process.getuid?.() ?? uid
  const isGiven = isOwned(path, uid, gid) || isOwned(path, own, gid)
  const others = mode & 0o007
  chmodSync(path, isGiven ? mode : mode & (0o700 | (others << 3) | others))
}

function isOwned(path: string, uid: number, gid: number): boolean {
  try {
    chownSync(path, uid, gid)
    return true
  } catch {
    return false
  }
}
