import type { Command } from './command.ts'

export const doctorCommand: Command<{ readonly json: boolean | undefined }> = {
  command: 'doctor',
  describe: 'Say what is installed, which runtime runs, on how many cores, and what to do about each problem',
  builder: (yargs) =>
    yargs
      .option('json', { type: 'boolean', describe: 'Print JSON' })
      .example('$0 doctor', 'When something is slow or fails'),
  handler: async ({ json, store }) => {
    const { diagnose } = await import('../../setup/diagnose.ts')
    const { diagnoseStore, printDiagnoses } = await import('../doctor.ts')
    const diagnoses = [...(await diagnose()), await diagnoseStore(store)]
    if (json === true) process.stdout.write(`${JSON.stringify(diagnoses, null, 2)}\n`)
    else printDiagnoses(diagnoses)
    if (diagnoses.some((diagnosis) => diagnosis.status === 'problem')) process.exitCode = 1
  },
}
