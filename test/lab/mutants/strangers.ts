import type { Mutant } from './mutants.ts';

/** Bugs that let strangers in, or let what they say do harm (docs/threat-model.md). */
export const strangerMutants: readonly Mutant[] = [
  {
    bug: 'a terminal obeys what an agent or a document says',
    file: 'shared/adapters/cli.ts',
    find: 'paint: (text) => void stdout.write(printableToned(text)),',
    replace: 'paint: (text) => void stdout.write(text),',
    tests: ['test/unit/shared/adapters/cli.test.ts'],
  },
  {
    bug: 'the message of an agent begins lines of its own in the status table',
    file: 'hub/status/table.ts',
    find: 'const view = withPrintableLines(given);',
    replace: 'const view = given;',
    tests: ['test/unit/hub/status/table.test.ts'],
  },
  {
    bug: 'an id that an agent makes up costs a walk through the whole history again',
    file: 'hub/store/ledger/history.ts',
    find: 'pasts.set(key, past);',
    replace: '',
    tests: ['test/unit/hub/store/ledger/history.test.ts'],
  },
];
