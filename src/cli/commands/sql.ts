import type { Command } from './command.ts'
import { formatOptions, type FormatOptions } from '../format-options.ts'

interface Options extends FormatOptions {
  readonly query: string | undefined
  readonly file: string | undefined
}

export const sqlCommand: Command<Options> = {
  command: 'sql [query]',
  describe: 'Ask the results anything in SQL; without a query, what there is to ask',
  builder: (yargs) =>
    formatOptions(yargs)
      .positional('query', { type: 'string', describe: 'One read-only statement' })
      .option('file', {
        type: 'string',
        requiresArg: true,
        conflicts: 'query',
        describe: 'A file that holds the statement',
      })
      .example(
        '$0 sql "select depth, width, test_accuracy from sweep_mnist_depth_width"',
        'A column a parameter, a column a metric',
      )
      .example('$0 sql --file db/queries/best-trials.sql --csv', 'A question from a file, as CSV'),
  handler: async ({ query, file, store: location, json, csv }) => {
    const { openExistingStore } = await import('../open-store.ts')
    const { describeViews, readQuery } = await import('../ask.ts')
    const { printRows } = await import('../print-rows.ts')
    const store = await openExistingStore(location)
    try {
      const statement = file === undefined ? query : readQuery(file)
      if (statement === undefined) {
        await describeViews(store, { json, csv })
        return
      }
      const { columns, rows } = await store.query(statement)
      printRows(rows, { json, csv, columns, empty: 'No rows.' })
    } finally {
      await store.close()
    }
  },
}
