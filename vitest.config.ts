import { defineConfig } from 'vitest/config'

const common = {
  // Workers of the pool load TensorFlow; a fork that ends takes all of it along.
  pool: 'forks',
  // Much of a test is waiting: for a lease, a disk, a process that starts.
  maxWorkers: 2,
  testTimeout: 120_000,
  hookTimeout: 300_000,
} as const

export default defineConfig({
  test: {
    globalSetup: 'test/global-setup.ts',
    projects: [
      { test: { ...common, name: 'swath', include: ['test/**/*.test.ts'] } },
      // What is said of the store alone, and not of SQLite's file, once more on PostgreSQL.
      {
        test: {
          ...common,
          name: 'postgres',
          include: [
            'test/store/{analysis,changes,concurrent-starts,coordinators,derived,early-failures,final-metrics,future-times,hosts,lost-trials,progress}.test.ts',
            'test/figures/*.test.ts',
            'test/results/model.test.ts',
            'test/store/{ending,enqueue,names,programs,references,runs,stops,sweep-view,tables,training-time,views}.test.ts',
          ],
          provide: { storeKind: 'postgres' },
        },
      },
    ],
  },
})
