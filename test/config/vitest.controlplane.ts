import { defineConfig } from 'vitest/config';

/** The suite against real control planes: two files at a time (a cluster takes 700 MB, a file up to three), and time for a cold machine. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/lab/controlplane/**/*.test.ts'],
    globalSetup: ['test/lab/controlplane/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // They wait as often as they work: two at a time keep two cores busy.
    maxWorkers: 2,
    pool: 'forks',
  },
});
