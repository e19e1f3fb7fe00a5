import { SwathError } from '../../errors.ts'
import type { Command } from './command.ts'

interface Options {
  readonly part: 'postgres' | undefined
  readonly roles: boolean
}

export const setupCommand: Command<Options> = {
  command: 'setup [part]',
  describe: 'Fetch TensorFlow and build what swath needs, once for this user; other commands do it by themselves',
  builder: (yargs) =>
    yargs
      .positional('part', { choices: ['postgres'] as const, describe: 'postgres: the store on a server' })
      .option('roles', {
        type: 'boolean',
        default: false,
        describe: 'Of postgres: make an owner, a worker that cannot drop, a reader that cannot write',
      })
      .example('$0 setup', 'Before going offline')
      .example('$0 setup postgres --roles --store postgres://…', 'Roles for those who share a store')
      .epilogue(
        'SWATH_TENSORFLOW=<wheel or folder> takes a TensorFlow that you bring; SWATH_CACHE=<folder> says where things are kept. SWATH_SQLITE=node takes the SQLite that Node has in it, not better-sqlite3. SWATH_OWNER_PASSWORD, SWATH_WORKER_PASSWORD and SWATH_READER_PASSWORD let a role log in itself.',
      ),
  handler: async ({ part, roles, store }) => {
    if (part === 'postgres') {
      if (!roles) {
        throw new SwathError('usage', 'swath setup postgres: there is nothing to set up without --roles', {
          hint: 'the tables are made by the first `swath run`',
        })
      }
      const { setUpRolesAndSay } = await import('../set-up-roles.ts')
      await setUpRolesAndSay(store)
      return
    }
    const { setup } = await import('../../setup/setup.ts')
    const { setupProgress } = await import('../display/setup-progress.ts')
    const { describeRuntime, findRuntime } = await import('../../tensorflow/runtime.ts')
    const { tensorflowError } = await setup({ observer: await setupProgress(), again: true })
    if (tensorflowError !== undefined) throw tensorflowError
    process.stdout.write(`Ready: ${describeRuntime(findRuntime())}\n`)
  },
}
