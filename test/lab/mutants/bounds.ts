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
];
