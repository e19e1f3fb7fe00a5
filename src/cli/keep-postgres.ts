import { SwathError } from '../errors.ts'
import { startPostgres } from '../local-postgres/server.ts'
import { colors } from './terminal.ts'

/** Keeps a server until somebody ends it; its data stay. */
export async function keepPostgres(folder: string, port: number | undefined): Promise<void> {
  const ending = new Promise<'asked'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        resolve('asked')
      })
    }
  })
  const server = await startPostgres(folder, { port })
  process.stdout.write(`${server.url}\n`)
  process.stderr.write(
    colors.dim(`PostgreSQL runs with its data in ${folder}, for this machine alone. Ctrl-C ends it.\n`) +
      colors.dim(`In another terminal: export SWATH_STORE='${server.url}'\n`),
  )
  const how = await Promise.race([ending, server.ended.then(() => 'by itself' as const)])
  if (how === 'by itself') {
    throw new SwathError('setup', 'PostgreSQL has ended by itself', { hint: `${folder}/log says more` })
  }
  await server.stop()
  process.stderr.write(colors.dim('PostgreSQL has ended.\n'))
}
