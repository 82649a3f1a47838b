import type { Mutant } from './mutants.ts';

const lean = 'test/integration/charts/lean.test.ts';

/** Bugs that make a start slow, or an agent large, without anything else being wrong. */
export const startMutants: readonly Mutant[] = [
  {
    bug: 'an agent that starts grows as if memory cost nothing',
    file: 'agent/main.ts',
    find: "setFlagsFromString('--optimize-for-size');",
    replace: 'setFlagsFromString;',
    tests: [lean],
  },
  {
    bug: 'an agent that starts reads the library of Git, which it may never use',
    file: 'shared/adapters/git/library.ts',
    find: "const library = async () => (await import('isomorphic-git')).default;",
    replace: "import eager from 'isomorphic-git';\nconst library = () => Promise.resolve(eager);",
    tests: [lean],
  },
  {
    bug: 'after a restart nothing is listed before the bundle was fetched and checked',
    file: 'agent/live/follow.ts',
    find: '  view.begin(indexOfInventory(recalled.inventory).kinds);\n',
    replace: '',
    tests: ['test/unit/agent/pass.test.ts'],
  },
];
