import { defineConfig } from 'vitest/config';

/** The suite against real control planes: one file at a time (a cluster takes 700 MB), and time for a cold machine. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/controlplane/**/*.test.ts'],
    globalSetup: ['test/controlplane/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 1,
    fileParallelism: false,
    pool: 'forks',
  },
});
