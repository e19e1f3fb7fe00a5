import { acquireSweep, thisProcess } from '../../src/store/coordinators.ts'
import { openStore } from '../../src/store/open.ts'

// Takes a sweep, says so, and lives until its parent ends.
const [location = '', sweepId] = process.argv.slice(2)
const store = await openStore(location, 'change')
const holder = await acquireSweep(store.db, Number(sweepId), thisProcess(), new Date())
process.stdout.write(`${JSON.stringify({ self: thisProcess(), holder })}\n`)
process.stdin.resume().on('end', () => process.exit())
