import { SwathError } from '../../errors.ts'
import type { Command } from './command.ts'
import { numberOption } from '../number-option.ts'

interface Options {
  readonly host: string
  readonly port: number
  readonly token: string | false | undefined
  readonly 'allow-host': string[]
  readonly open: boolean
}

export const serveCommand: Command<Options> = {
  command: 'serve',
  describe: 'Open a page of all sweeps: plots, tables, SQL, the digit app',
  builder: (yargs) =>
    yargs
      .option('host', { type: 'string', requiresArg: true, default: '127.0.0.1', describe: 'The address to listen on' })
      .option(
        'port',
        numberOption(
          'port',
          { isWhole: true, to: 65_535 },
          {
            default: 7020,
            describe: 'The port; 0 for any that is free',
          },
        ),
      )
      .option('token', {
        type: 'string',
        requiresArg: true,
        default: process.env.SWATH_TOKEN === '' ? undefined : process.env.SWATH_TOKEN,
        defaultDescription: 'SWATH_TOKEN, or a new one',
        describe: 'What clients have to know; --no-token admits every user of this machine',
      })
      .option('allow-host', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'A name that a proxy in front is asked by',
      })
      .option('open', { type: 'boolean', default: false, describe: 'Open it in the browser' })
      .example('$0 serve --open', 'The page of swath.db')
      .example('$0 serve --host 0.0.0.0', 'For other machines too: they need the token that is printed'),
  handler: async ({ store, host, port, token, open, allowHost }) => {
    const { servePage } = await import('../serve-page.ts')
    await servePage({ location: store, host, port, token: checked(token), allowedHosts: allowHost, open })
  },
}

/** @throws SwathError('usage') */
function checked(token: unknown): string | false | undefined {
  if (token === undefined || token === false) return token
  if (typeof token === 'string' && token !== '') return token
  throw new SwathError('usage', '--token: expected one text that is not empty', {
    hint: 'leave it out for a new token; --no-token admits every user of this machine',
  })
}
