import pgpass from 'pgpass'

type Connection = Parameters<typeof pgpass>[0]

/**
 * Looks in `passfile`, PGPASSFILE or `~/.pgpass`, each time that a server wants a password.
 * @returns what the driver calls then
 */
export function filedPassword(passfile: string | undefined): () => Promise<string> {
  const look = (connection: Connection) =>
    new Promise<string>((resolve) => {
      const { PGPASSFILE } = process.env
      if (passfile !== undefined) process.env.PGPASSFILE = passfile
      // It reads the variable before it returns.
      pgpass(connection, (password) => {
        resolve(password ?? '')
      })
      if (passfile === undefined) return
      if (PGPASSFILE === undefined) delete process.env.PGPASSFILE
      else process.env.PGPASSFILE = PGPASSFILE
    })
  // The driver says to whom it connects; its types do not.
  return look as () => Promise<string>
}
