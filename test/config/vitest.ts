import { defineConfig } from 'vitest/config';
import { longestFirst } from './longest-first.ts';

/** The fast suite: everything that needs nothing but Node and Git. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    // A hang fails all the same; a slow machine does not. Many files wait for processes: three at a time keep two cores busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 3,
    pool: 'threads',
    sequence: { sequencer: longestFirst('test/integration/field/field.test.ts') },
    projects: [
      // Most of what these take is loading modules, which have no state of their own: the files of a thread share them.
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false } },
      {
        extends: true,
        test: { name: 'system', include: ['test/{architecture,property,golden,integration,faults}/**/*.test.ts'] },
      },
    ],
  },
});
