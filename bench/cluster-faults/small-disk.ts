import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'

/** A file system in memory that is soon full; undefined where this user may not mount one. */
export function mountSmallDisk(folder: string, megabytes: number): string | undefined {
  mkdirSync(folder)
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder])
  return status === 0 ? folder : undefined
}

export function unmountSmallDisk(folder: string): void {
  spawnSync('umount', [folder])
}
