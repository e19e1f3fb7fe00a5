import type { Command } from './command.ts'
import { formatOptions, type FormatOptions } from '../format-options.ts'
import { numberOption, seconds, whole } from '../number-option.ts'

interface Options extends FormatOptions {
  readonly query: string | undefined
  readonly file: string | undefined
  readonly limit: number | undefined
  readonly timeout: number
}

/** Rows of a table that nobody asked to be longer; a program gets all of them. */
const tableRows = 1_000

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
      .option(
        'limit',
        numberOption('limit', whole, {
          describe: 'At most so many rows, 0 for all; by default 1000 in a table and all in JSON and CSV',
        }),
      )
      .option(
        'timeout',
        numberOption('timeout', seconds, {
          default: 30,
          describe: 'Seconds after which a question is given up, 0 for never',
        }),
      )
      .example(
        '$0 sql "select depth, width, test_accuracy from sweep_mnist_depth_width"',
        'A column a parameter, a column a metric',
      )
      .example('$0 sql --file db/queries/best-trials.sql --csv', 'A question from a file, as CSV'),
  handler: async ({ query, file, limit, timeout, store: location, json, csv }) => {
    const isTable = json !== true && csv !== true
    const most = limit ?? (isTable ? tableRows : 0)
    const timeoutMs = 1000 * timeout
    const { withExistingStore } = await import('../open-store.ts')
    const { describeViews, readQuery } = await import('../ask.ts')
    const { printRows } = await import('../print-rows.ts')
    const { superuserWarning } = await import('../superuser-warning.ts')
    await withExistingStore(location, 'read', async (store) => {
      const statement = file === undefined ? query : readQuery(file)
      if (statement === undefined) {
        await describeViews(store, { json, csv })
        return
      }
      if (store.isSuperuser === true) process.stderr.write(`${superuserWarning}\n`)
      const { columns, rows, truncated } = await store.query(statement, {
        ...(most > 0 && { limit: most }),
        ...(timeoutMs > 0 && { timeoutMs }),
      })
      printRows(rows, { json, csv, columns, empty: 'No rows.' })
      if (truncated) process.stderr.write(`There are more than these ${rows.length} rows: --limit 0 prints all.\n`)
    })
  },
}
