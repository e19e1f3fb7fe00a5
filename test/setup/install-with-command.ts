import { join } from 'node:path'

import { installOnce } from '../../src/setup/cache.ts'
import { runCommand } from '../../src/setup/commands.ts'

/**
 * A process that installs `part` into $SWATH_CACHE with a command that starts another one and never ends. The ids of both
 * go to the file `pids` there. `handler`: it has a handler that ends it at the second signal, as a run has.
 */
if (process.argv[2] === 'handler') {
  let signals = 0
  process.on('SIGTERM', () => {
    signals++
    if (signals === 2) process.exit(130)
  })
}
const pids = join(process.env.SWATH_CACHE ?? '', 'pids')
const script = 'sleep 1000 & echo $$ $! > "$1.part"; mv "$1.part" "$1"; wait'
const build = () => runCommand('sh', ['-c', script, 'sh', pids]).then(() => undefined)
await installOnce('part', build, () => undefined)
