import type { Mutant } from './mutants.ts';

const live = ['test/unit/agent/live/observe.test.ts'];
const observations = ['test/unit/agent/report/observations.test.ts'];

/** Bugs of what agents tell of objects, and of what the hub makes of it. */
export const observeMutants: readonly Mutant[] = [
  {
    bug: 'a Secret is told to the hub',
    file: 'agent/live/observe.ts',
    find: "groupKindOf(id) !== '/Secret' && ",
    replace: '',
    tests: live,
  },
  {
    bug: 'an object of another application is told to the hub',
    file: 'agent/live/observe.ts',
    find: ' && indexOf(app).digests.has(id)',
    replace: '',
    tests: live,
  },
  {
    bug: 'what was seen before a write counts as what came of it',
    file: 'agent/live/cache.ts',
    find: 'const before = unobserved(last);',
    replace: 'const before = last;',
    tests: live,
  },
  {
    bug: 'a busy object is told with every change',
    file: 'agent/report/observations.ts',
    find: '(isSame || isSoon)',
    replace: 'isSame',
    tests: observations,
  },
];
