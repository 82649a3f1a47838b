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
];
