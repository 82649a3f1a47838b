import type { Mutant } from './mutants.ts';

const facts = 'test/unit/hub/render/unit-facts.test.ts';
const folders = 'test/unit/hub/publish/folders.test.ts';
const envelope = 'shared/wire/formats/v2/revision.ts';
const envelopes = 'test/unit/shared/wire/formats/v2/revision.test.ts';

/** Bugs in what the hub makes once for all clusters that have it: each takes one thing for another that is not the same. */
export const sharingMutants: readonly Mutant[] = [
  {
    bug: 'what is rendered for one cluster goes to one that has another provider now',
    file: 'hub/render/unit-facts.ts',
    find: "currentProvider ?? '', ",
    replace: '',
    tests: [facts],
  },
  {
    bug: 'what is wrong on one cluster is told of another in its name',
    file: 'hub/render/unit-facts.ts',
    find: 'return app !== null && warning === null && faults.length === 0;',
    replace: 'return app !== null;',
    tests: [facts],
  },
  {
    bug: 'the folders of one bundle are those of another with applications of the same names',
    file: 'hub/publish/folders.ts',
    find: 'apps.map(({ digest }) => digest)',
    replace: 'apps.map(({ name }) => name)',
    tests: [folders],
  },
  {
    bug: 'what serves meanwhile is left out where another bundle has the same applications',
    file: 'hub/publish/folders.ts',
    find: 'if (apps.some(({ from }) => from !== undefined)) return null;',
    replace: '',
    tests: [folders],
  },
  {
    bug: 'sign a bundle that no agent reads',
    file: envelope,
    find: 'checkTotal(counted(apps.flatMap(refsOf)), bundle, subject);',
    replace: '',
    tests: [envelopes],
  },
  {
    bug: 'one application in two commits is one value',
    file: envelope,
    find: "const key = apps === undefined ? '' : JSON.stringify(head);",
    replace: "const key = apps === undefined ? '' : head.digest;",
    tests: [envelopes],
  },
  {
    bug: 'what two clusters have is held twice',
    file: 'hub/model/held-once.ts',
    find: 'if (first !== undefined) return first;',
    replace: '',
    tests: ['test/unit/hub/model/held-once.test.ts'],
  },
  {
    bug: 'after a restart the first heartbeat of a cluster writes all of its applications',
    file: 'hub/store/reports/store.ts',
    find: 'stored.set(row.registration, made(received));',
    replace: 'stored.set(row.registration, received);',
    tests: ['test/unit/hub/collect/reports.restart.test.ts'],
  },
  {
    bug: 'an application that a report did not change is another value than before',
    file: 'hub/collect/lean.ts',
    find: 'kept.has(app) ? app : leanApp(app, once)',
    replace: 'leanApp(app, once)',
    tests: ['test/unit/hub/collect/lean.test.ts'],
  },
  {
    bug: 'a bundle of a former key counts as signed by the one of now',
    file: 'hub/store/slices/bundles.ts',
    find: 'if (text.includes(keyid)) return keyid;',
    replace: 'return keyid;',
    tests: ['test/unit/hub/store/slices/bundles.test.ts'],
  },
  {
    bug: 'of several units that bring an application to a cluster the last one alone is known',
    file: 'hub/plan/departures.ts',
    find: 'units.length === 0 ? only : [...units, assignment.unit]',
    replace: 'only',
    tests: ['test/unit/hub/plan/departures.test.ts'],
  },
  {
    bug: 'a summary of the fleet leaves out which application is worst',
    file: 'hub/status/summary.ts',
    find: '.sort((a, b) => rankOf(b.worst) - rankOf(a.worst))',
    replace: '',
    tests: ['test/unit/hub/status/summary.test.ts'],
  },
  {
    bug: 'rows that need attention are not the worst ones',
    file: 'hub/status/summary.ts',
    find: '    .sort((a, b) => rankOf(b.health) - rankOf(a.health));',
    replace: ';',
    tests: ['test/unit/hub/status/summary.test.ts'],
  },
  {
    bug: 'a name that begins like one in a pack is taken for it',
    file: 'hub/store/packs/packfile.ts',
    find: 'const order = here === head ? index.compare(wanted, 0, 20, 1032 + middle * 20, 1052 + middle * 20) : here - head;',
    replace: 'const order = here - head;',
    tests: ['test/unit/hub/store/packs/store.test.ts'],
  },
];
