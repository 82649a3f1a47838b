import type { Mutant } from './mutants.ts';

const secured = 'test/unit/shared/adapters/http/secured.test.ts';
const lean = 'test/integration/charts/lean.test.ts';
const starting = 'test/unit/hub/server/starting.test.ts';

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
    bug: 'an agent that runs has the large compiler in memory for what it hardly ever does',
    file: 'agent/main.ts',
    find: "setFlagsFromString('--no-turbofan');",
    replace: '',
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
  {
    bug: 'the certificates of an identity are read with every connection',
    file: 'shared/adapters/http/secured.ts',
    find: '(context ??= createSecureContext(certificates))',
    replace: 'createSecureContext(certificates)',
    tests: [secured],
  },
  {
    bug: 'the certificates of an identity are compared with every request',
    file: 'shared/adapters/http/secured.ts',
    find: 'super({ ...pool, ...identity.checks });',
    replace: 'super({ ...pool, ...identity.checks, ca: [] });',
    tests: [secured],
  },
  {
    bug: 'a certificate that cannot be read ends the program behind a proxy',
    file: 'shared/adapters/http/tunnel.ts',
    find: '.then(encrypt)\n      .catch(fail)',
    replace: '.then(encrypt, fail)',
    tests: [secured],
  },
  {
    bug: 'a hub says that it is ready before it has read its data folder',
    file: 'hub/run/hub.ts',
    find: 'isReady: state.isKnown,',
    replace: 'isReady: () => true,',
    tests: ['test/integration/hub/start.test.ts'],
  },
  {
    bug: 'what a new hub does before its first push delivers nothing, and makes that push no faster',
    file: 'hub/run/rehearsal/rehearse.ts',
    find: 'localCluster: cluster, ',
    replace: 'localCluster: null, ',
    tests: ['test/unit/hub/run/rehearsal/rehearse.test.ts'],
  },
  {
    bug: 'a hub that starts sends all who ask back to the same second',
    file: 'hub/server/starting.ts',
    find: 'retryAfter[refused % retryAfter.length]',
    replace: 'retryAfter[0]',
    tests: [starting],
  },
  {
    bug: 'an agent that waits for a hub to start is sent away, to come back again and again',
    file: 'hub/server/routes/register.ts',
    find: "waits: name === 'events'",
    replace: 'waits: false',
    tests: [starting],
  },
  {
    bug: 'a hub that has started opens the streams of agents that have gone meanwhile',
    file: 'hub/server/starting.ts',
    find: '(reply.raw.destroyed ? undefined : done())',
    replace: 'done()',
    tests: [starting],
  },
  {
    bug: 'a person waits for the status as long as a pass takes',
    file: 'shared/lib/slices.ts',
    find: 'const longSliceUnits = 3 * sliceUnits;',
    replace: 'const longSliceUnits = sliceUnits;',
    tests: ['test/unit/shared/lib/slices.test.ts'],
  },
];
