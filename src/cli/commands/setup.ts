import type { Command } from './command.ts'

export const setupCommand: Command<object> = {
  command: 'setup',
  describe: 'Fetch TensorFlow and build what swath needs, once for this user; other commands do it by themselves',
  builder: (yargs) =>
    yargs
      .example('$0 setup', 'Before going offline')
      .epilogue(
        'SWATH_TENSORFLOW=<wheel or folder> takes a TensorFlow that you bring; SWATH_CACHE=<folder> says where things are kept.',
      ),
  handler: async () => {
    const { setup } = await import('../../setup/setup.ts')
    const { setupProgress } = await import('../display/setup-progress.ts')
    const { describeRuntime, findRuntime } = await import('../../tensorflow/runtime.ts')
    const { tensorflowError } = await setup({ observer: await setupProgress() })
    if (tensorflowError !== undefined) throw tensorflowError
    process.stdout.write(`Ready: ${describeRuntime(findRuntime())}\n`)
  },
}
