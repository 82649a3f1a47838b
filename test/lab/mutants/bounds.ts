import type { Mutant } from './mutants.ts';

/** Bugs of the bounds: what a document, a push or a request may cost. */
export const boundMutants: readonly Mutant[] = [
  {
    bug: 'tell each of the problems of a document, however many there are',
    file: 'hub/validate/problems.ts',
    find: 'if (problems.length >= mostProblems) {',
    replace: 'if (problems.length > 1e6) {',
    tests: ['test/unit/hub/validate'],
  },
  {
    bug: 'a file that was given up for time is not read again',
    file: 'hub/load/snapshot.ts',
    find: 'kept = new Map([...next].filter(([, { file }]) => file.isTried !== true));',
    replace: 'kept = next;',
    tests: ['test/unit/hub/load/reader.test.ts'],
  },
  {
    bug: 'a file counts without what its aliases come to',
    file: 'hub/load/transfer.ts',
    find: ', size: sizeOf(packed) }',
    replace: ', size: 0 * sizeOf(packed) }',
    tests: ['test/unit/hub/load/reader.test.ts'],
  },
  {
    bug: 'the hub reads files on the thread that answers requests',
    file: 'hub/run/sources.ts',
    find: 'watch: createWatch(ports.clock), reader: ports.reader }',
    replace: 'watch: createWatch(ports.clock) }',
    tests: ['test/integration/hub/lag.test.ts'],
  },
  {
    bug: 'plan a whole fleet in one turn of the loop',
    file: 'hub/plan/plan.ts',
    find: 'yield clusterUnits + appUnits * apps.length;',
    replace: 'yield 0;',
    tests: ['test/unit/hub/plan/plan.slices.test.ts'],
  },
  {
    bug: 'place a whole fleet in one turn of the loop',
    file: 'hub/place/deployment.ts',
    find: '1 + targetUnits * input.targets.length',
    replace: '0',
    tests: ['test/unit/hub/place/place.slices.test.ts'],
  },
  {
    bug: 'tell the changes of a whole fleet in one turn of the loop',
    file: 'hub/rows.ts',
    find: '[documentUnits, bundleUnits, holdUnits] = [20, 10, 0.2]',
    replace: '[documentUnits, bundleUnits, holdUnits] = [0, 0, 0]',
    tests: ['test/unit/hub/rows.slices.test.ts'],
  },
  {
    bug: 'long work of a pass does not give way',
    file: 'shared/lib/slices.ts',
    find: 'await slices.spend(step.value);',
    replace: 'if (step.value < 0) await slices.spend(step.value);',
    tests: ['test/unit/shared/lib/slices.test.ts'],
  },
  {
    bug: 'a document of ours may be as large as a file',
    file: 'hub/load/parse.ts',
    find: 'if (fault !== null)',
    replace: 'if (fault === undefined)',
    tests: ['test/unit/hub/load/size.test.ts'],
  },
  {
    bug: 'an agent proves a large bundle in one turn',
    file: 'agent/channel/verify/verify.ts',
    find: 'const slices = startSlices();',
    replace: 'const slices = startSlices(() => Promise.resolve());',
    tests: ['test/unit/agent/channel/verify/verify.slices.test.ts'],
  },
  {
    bug: 'a channel in a folder may have packs of any size',
    file: 'shared/adapters/git/ref-source.ts',
    find: '      await checkPacks(found.folders.common);\n',
    replace: '',
    tests: ['test/unit/shared/adapters/git/pack-checker.test.ts'],
  },
];
