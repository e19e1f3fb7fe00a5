import type { CommandModule } from 'yargs'

/** Options that every command has. */
interface GlobalOptions {
  readonly store: string
}

/** A command: its options are read at once, what it does is imported when it runs. */
export type Command<Options> = CommandModule<GlobalOptions, GlobalOptions & Options>
