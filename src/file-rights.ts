import { closeSync, fchmodSync, fchownSync, openSync, statSync } from 'node:fs'

/** The owner and the permissions of a file or a folder. */
export interface Rights {
  readonly uid: number
  readonly gid: number
  /** The permission bits alone. */
  readonly mode: number
}

/** Returns the owner and the permissions of a file or a folder. @throws an error with the code ENOENT if it is gone */
export function rightsOf(path: string): Rights {
  const { uid, gid, mode } = statSync(path)
  return { uid, gid, mode: mode & 0o777 }
}

/**
 * Creates an empty file with these rights. It is never open to more users, not even before its owner is set.
 * @throws an error with the code EEXIST if there is a file of this name
 */
export function createWithRights(path: string, rights: Rights): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    giveRights(rights, {
      chown: (uid, gid) => {
        fchownSync(file, uid, gid)
      },
      chmod: (mode) => {
        fchmodSync(file, mode)
      },
    })
  } finally {
    closeSync(file)
  }
}

interface Setters {
  readonly chown: (uid: number, gid: number) => void
  readonly chmod: (mode: number) => void
}

/**
 * Sets the owner, then the permissions. A user who may not give a file away keeps it. Where its group cannot be kept
 * either, the group that it has instead gets no more than all others have.
 */
export function giveRights({ uid, gid, mode }: Rights, { chown, chmod }: Setters): void {
  const own = process.getuid?.() ?? -1
  const isGiven = [uid, own].some((owner) =>
    isDone(() => {
      chown(owner, gid)
    }),
  )
  const others = mode & 0o007
  chmod(isGiven ? mode : mode & (0o700 | (others << 3) | others))
}

function isDone(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}
