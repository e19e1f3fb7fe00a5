import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/global-setup.ts',
    // Workers of the pool load TensorFlow; a fork that ends takes all of it along.
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
})
