import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Workers of the pool load TensorFlow; a fork that ends takes all of it along.
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
