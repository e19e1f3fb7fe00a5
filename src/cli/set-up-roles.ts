import { shownLocation } from '../shown-location.ts'
import { setUpRoles } from '../store/open.ts'
import { colors } from './terminal.ts'

/** Makes the roles of a store, and says what they are for. */
export async function setUpRolesAndSay(location: string): Promise<void> {
  const { SWATH_OWNER_PASSWORD, SWATH_WORKER_PASSWORD, SWATH_READER_PASSWORD } = process.env
  const passwords = { owner: SWATH_OWNER_PASSWORD, worker: SWATH_WORKER_PASSWORD, reader: SWATH_READER_PASSWORD }
  const names = await setUpRoles(location, passwords)
  const uses = {
    owner: 'makes, changes and deletes: swath run, resume, delete, and what a newer swath changes',
    worker: 'trains: writes what its trials report, and can neither make nor drop a table',
    reader: 'reads: swath list, show, pareto, sql',
  }
  process.stdout.write(`Roles of ${shownLocation(location)}:\n`)
  const width = Math.max(...Object.values(names).map((name: string) => name.length))
  for (const role of ['owner', 'worker', 'reader'] as const) {
    const login = passwords[role] === undefined ? '' : colors.dim(' (logs in with the password that was given)')
    process.stdout.write(`  ${colors.bold(names[role].padEnd(width))}  ${uses[role]}${login}\n`)
  }
  process.stdout.write(
    `A login for somebody, in psql:\n  create role alice login in role ${names.reader};\n  \\password alice\n`,
  )
}
