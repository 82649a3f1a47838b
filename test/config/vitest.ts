import { defineConfig } from 'vitest/config';
import { longestFirst } from './longest-first.ts';

/** The fast suite: everything that needs nothing but Node and Git. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/{unit,architecture,property,golden,integration,faults}/**/*.test.ts'],
    // A hang fails all the same; a slow machine does not. Many files wait for processes: three at a time keep two cores busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 3,
    pool: 'threads',
    sequence: { sequencer: longestFirst('test/integration/field/field.test.ts') },
  },
});
