import type { Mutant } from './mutants.ts';

/** Bugs of names, labels, and of what was meant for one cluster or application and would be done to another. */
export const nameMutants: readonly Mutant[] = [
  {
    bug: 'a label that no document may have is taken from a command',
    file: 'hub/registry/join.ts',
    find: 'const [fault] = labelFaults(key, value);',
    replace: 'const [fault] = labelFaults(key, value).slice(2);',
    tests: ['test/unit/hub/registry'],
  },
  {
    bug: 'a removal that was meant for one cluster is done to the next of its name',
    file: 'hub/registry/change.ts',
    find: 'seen: string | null = null,\n): Changed<ClusterRecord | null> {\n  const record = recordOf(state, name, seen);',
    replace:
      "seen: string | null = null,\n): Changed<ClusterRecord | null> {\n  const record = recordOf(state, name, seen === '' ? seen : null);",
    tests: ['test/unit/hub/registry'],
  },
  {
    bug: 'cluster revoke does not say which cluster it saw',
    file: 'hub/cli/cluster.ts',
    find: 'client.revoke(name, await seenBy(client, name, flags.registration))',
    replace: 'client.revoke(name, {})',
    tests: ['test/unit/hub/cli/cluster.test.ts'],
  },
  {
    bug: 'an API version that a cluster still has is refused there, too',
    file: 'hub/render/refusals.ts',
    find: 'minor === null || minor >= since',
    replace: 'minor !== since - 100',
    tests: ['test/unit/hub/render/render.removed.test.ts'],
  },
];
