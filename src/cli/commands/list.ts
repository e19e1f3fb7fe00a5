import type { Command } from './command.ts'
import { formatOptions, type FormatOptions } from '../format-options.ts'

/** Most telling first: a narrow terminal cuts on the right. */
const columns = [
  'name',
  'objective',
  'best',
  'trials',
  'completed',
  'running',
  'queued',
  'stopped',
  'failed',
  'cancelled',
  'created_at',
]

export const listCommand: Command<FormatOptions> = {
  command: 'list',
  aliases: ['ls'],
  describe: 'The sweeps in the store and how far they are',
  builder: (yargs) => formatOptions(yargs).example('$0 list', 'Every sweep with its progress'),
  handler: async ({ store: location, json, csv }) => {
    const { withExistingStore } = await import('../open-store.ts')
    const { listRows } = await import('../list-rows.ts')
    const { printRows } = await import('../print-rows.ts')
    await withExistingStore(location, 'read', async (store) => {
      const rows = await listRows(store, { forPeople: json !== true && csv !== true })
      printRows(rows, {
        json,
        csv,
        columns: csv === true ? [...columns, 'best_se'] : columns,
        empty: 'No sweep yet: start one with `swath run FILE`.',
      })
    })
  },
}
