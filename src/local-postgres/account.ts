import { constants, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Whom a server runs as; PostgreSQL refuses to be root. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

const nobody = 65_534

/** Undefined where it runs as whoever starts it; root has it run as the folder's owner, as who called sudo, or as nobody. */
export function serverAccount(folder: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const { uid, gid } = statSync(folder)
  if (uid !== 0) return { uid, gid }
  const { SUDO_UID, SUDO_GID } = process.env
  if (SUDO_UID !== undefined && SUDO_UID !== '0') return { uid: Number(SUDO_UID), gid: Number(SUDO_GID) }
  return { uid: nobody, gid: nobody }
}

/** True where an account may go through all the folders to a path, and read it. */
export function canReach(account: Account, path: string): boolean {
  if (!isAllowed(account, path, constants.R_OK)) return false
  const folder = dirname(path)
  return folder === path || canPass(account, folder)
}

function canPass(account: Account, folder: string): boolean {
  if (!isAllowed(account, folder, constants.X_OK)) return false
  return dirname(folder) === folder || canPass(account, dirname(folder))
}

function isAllowed({ uid, gid }: Account, path: string, right: number): boolean {
  const { mode, uid: owner, gid: group } = statSync(path)
  const shift = owner === uid ? 6 : group === gid ? 3 : 0
  return ((mode >> shift) & right) === right
}
