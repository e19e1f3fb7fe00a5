import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { installOnce } from '../../src/setup/cache.ts'

/** A process that installs `part` into $SWATH_CACHE, says what it does on stdout, and builds until a byte comes in. */
await installOnce(
  'part',
  async (folder) => {
    writeFileSync(join(folder, 'half'), '')
    console.log('building')
    await new Promise((resolve) => process.stdin.once('data', resolve))
    writeFileSync(join(folder, 'whole'), String(process.pid))
  },
  (phase) => {
    console.log(phase)
  },
)
console.log('installed')
process.stdin.destroy()
