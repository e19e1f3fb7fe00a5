import type { Command } from './command.ts'

interface Options {
  readonly json: boolean | undefined
  readonly repair: boolean
}

export const doctorCommand: Command<Options> = {
  command: 'doctor',
  describe: 'Say what is wrong with the installation, this machine or the store, and what to do about it',
  builder: (yargs) =>
    yargs
      .option('json', { type: 'boolean', describe: 'Print JSON' })
      .option('repair', { type: 'boolean', default: false, describe: 'Mend what can be mended in the store' })
      .example('$0 doctor', 'When something is slow or fails')
      .example('$0 doctor --repair', 'After a crash, or when the store is damaged'),
  handler: async ({ json, repair, store }) => {
    const { diagnose } = await import('../../setup/diagnose.ts')
    const { diagnoseStore } = await import('../../maintenance/diagnose-store.ts')
    const { printDiagnoses, repairAndSay } = await import('../doctor.ts')
    const repaired = repair ? await repairAndSay(store) : []
    const diagnoses = [...repaired, ...(await diagnose()), ...(await diagnoseStore(store))]
    if (json === true) process.stdout.write(`${JSON.stringify(diagnoses, null, 2)}\n`)
    else printDiagnoses(diagnoses)
    if (diagnoses.some((diagnosis) => diagnosis.status === 'problem')) process.exitCode = 1
  },
}
