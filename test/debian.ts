import { existsSync, readFileSync } from 'node:fs'

/** True on Debian itself: other systems that are made from it name and split packages in their own ways. */
export function isDebian(): boolean {
  const file = '/etc/os-release'
  return existsSync(file) && /^ID=debian$/m.test(readFileSync(file, 'utf8'))
}
