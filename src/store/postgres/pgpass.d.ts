declare module 'pgpass' {
  interface Connection {
    readonly host: string
    readonly port: number
    readonly database: string
    readonly user: string
  }
  /** Looks for a password in the file that PGPASSFILE names, or in `~/.pgpass`. */
  export default function pgpass(connection: Connection, found: (password: string | undefined) => void): void
}
