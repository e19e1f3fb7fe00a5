import type { Command } from './command.ts'

export const doctorCommand: Command<object> = {
  command: 'doctor',
  describe: 'Say what is installed and what is wrong',
  handler: () => undefined,
}
