import { defineConfig } from 'vitest/config';

/** The fast suite: everything that needs nothing but Node and Git. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/{unit,architecture,property,golden,integration,faults}/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    maxWorkers: 2,
    pool: 'threads',
  },
});
