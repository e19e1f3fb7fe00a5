import type { Command } from './command.ts'
import { formatOptions, type FormatOptions } from '../format-options.ts'

const columns = ['name', 'pid', 'state', 'workers', 'running', 'tags', 'silent_seconds', 'runtime', 'version', 'reason']

export const hostsCommand: Command<FormatOptions> = {
  command: 'hosts',
  describe: 'Who trains for a store that hosts share, and who was set aside',
  builder: (yargs) => formatOptions(yargs).example('$0 hosts', 'Every worker process with its state'),
  handler: async ({ store: location, json, csv }) => {
    const { withExistingStore } = await import('../open-store.ts')
    const { hostsOf, processKey, runningByHost } = await import('../../store/hosts.ts')
    const { printRows } = await import('../print-rows.ts')
    await withExistingStore(location, 'read', async (store) => {
      const running = await runningByHost(store.db)
      const now = store.now().getTime()
      const rows = (await hostsOf(store.db)).map(
        ({ name, pid, process_start, state, capabilities, heartbeat_at, version, reason }) => {
          const { workers, tags, runtime } = capabilities
          const trains = running.get(processKey({ name, pid, process_start })) ?? 0
          return {
            ...{ name, pid, state, workers, running: trains, tags: tags.join(',') },
            ...{ silent_seconds: Math.round((now - Date.parse(heartbeat_at)) / 1000), runtime, version, reason },
          }
        },
      )
      printRows(rows, { json, csv, columns, empty: 'No host yet: start one with `swath worker`.' })
    })
  },
}
