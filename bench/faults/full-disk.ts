import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A small file system in memory that fills up while a sweep runs, and is made larger when the sweep says that it waits. */
export async function fillUpDisk({
  swath: [program = '', ...args],
  folder,
  text,
}: {
  readonly swath: readonly string[]
  readonly folder: string
  readonly text: string
}): Promise<string> {
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  const mount = (options: string) => spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk])
  if (mount('size=2m').status !== 0) return 'not tried: this user may not mount a file system'
  try {
    writeFileSync(join(folder, 'disk.yaml'), text)
    const child = spawn(program, [...args, 'run', 'disk.yaml', '--store', join(disk, 'swath.db')], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let notices = 0
    let size = 2
    const said: string[] = []
    createInterface(child.stderr).on('line', (line) => {
      said.push(line)
      if (!line.includes('The sweep waits')) return
      notices++
      size *= 2
      mount(`remount,size=${size}m`)
    })
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    if (code !== 0) throw new Error(`it ended with ${String(code)}:\n${said.join('\n')}`)
    return `paused ${notices} times, went on each time when there was room, and completed ✓`
  } finally {
    execFileSync('umount', [disk])
  }
}
