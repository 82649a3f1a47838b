import { defineConfig } from 'vitest/config';
import { longestFirst } from './longest-first.ts';

/** The suite against real control planes: three files at a time (a cluster takes 700 MB, a file up to three), and time for a cold machine. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/lab/controlplane/**/*.test.ts'],
    globalSetup: ['test/lab/controlplane/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // They wait as often as they work: three at a time keep two cores busy.
    maxWorkers: 3,
    pool: 'forks',
    sequence: {
      sequencer: longestFirst(
        'controlplane/field.test.ts',
        'controlplane/limits.test.ts',
        'controlplane/scenarios.test.ts',
      ),
    },
  },
});
