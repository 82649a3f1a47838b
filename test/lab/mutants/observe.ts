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
  {
    bug: 'what was reported of an older content is taken for the health of the new one',
    file: 'hub/health/evaluate.ts',
    find: 'found?.digest !== undefined && found.digest === digests.get(id)',
    replace: 'found !== undefined',
    tests: ['test/unit/hub/health/evaluate.test.ts'],
  },
  {
    bug: 'a definition that says no is Healthy all the same',
    file: 'hub/model/health.ts',
    find: 'return worstHealth([reported, ...words]);',
    replace: 'return reported;',
    tests: ['test/unit/hub/model/health.test.ts'],
  },
  {
    bug: 'a health policy that cannot be evaluated says yes',
    file: 'hub/health/evaluate.ts',
    find: "const healthy = 'value' in asked && (",
    replace: "const healthy = 'fault' in asked || (",
    tests: ['test/unit/hub/health/evaluate.test.ts'],
  },
  {
    bug: 'the same report again is evaluated again',
    file: 'hub/health/judge.ts',
    find: 'isSameUnit(last.unit, unit) && isEqual(last.observations, observations)',
    replace: 'false',
    tests: ['test/unit/hub/health/judge.test.ts'],
  },
];
