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
    bug: 'an object that another application cannot take over as it is stays in its way',
    file: 'agent/prune/decide.ts',
    find: 'madeAnewAfter(entry, wanted.get(entry.id)) !== null &&',
    replace: 'entry.id === null &&',
    tests: ['test/unit/agent/prune'],
  },
  {
    bug: 'an object that comes back to its former application is made anew all the same',
    file: 'agent/inventory/entries.ts',
    find: 'isThere && from !== wanted.app &&',
    replace: 'isThere &&',
    tests: ['test/unit/agent/inventory'],
  },
  {
    bug: 'a StatefulSet that changes hands takes its volume claims along',
    file: 'agent/apply/handover.ts',
    find: 'if (isProtected(id) || (await takesDataAlong(ports, id))) return null;',
    replace: 'if (isProtected(id)) return null;',
    tests: ['test/unit/agent/apply'],
  },
  {
    bug: 'two applications that exchange objects fight over what cannot be changed',
    file: 'agent/apply/decide.ts',
    find: 'if (madeAnewAfter(entry, object.digest) !== null) return null;',
    replace: '',
    tests: ['test/unit/agent/apply/decide.test.ts'],
  },
  {
    bug: 'two listed revisions write one raw Deployment',
    file: 'hub/render/written-names.ts',
    find: 'count > 1)',
    replace: 'count > 2)',
    tests: ['test/unit/hub/render/written-names.test.ts'],
  },
  {
    bug: 'two deployments that list revisions of one application write one raw Deployment',
    file: 'hub/render/written-names.ts',
    find: 'one.unit !== unit && one.revision !== name',
    replace: 'one.unit === name',
    tests: ['test/unit/hub/render/written-names.test.ts'],
  },
  {
    bug: 'a raw Deployment that traffic leads to is updated in place',
    file: 'hub/render/written-names.ts',
    find: 'isTarget || besides.has(group)',
    replace: 'besides.has(group)',
    tests: ['test/unit/hub/render/written-names.test.ts'],
  },
  {
    bug: 'the warning of a change that was given up goes before what took its place is healthy',
    file: 'hub/plan/abandoned.ts',
    find: 'return !isHealthy(seen.health, judged(appKey(wanted), cluster, wanted));',
    replace: 'return false;',
    tests: ['test/unit/hub/plan'],
  },
  {
    bug: 'validate --hub takes what stays as it was published for empty',
    file: 'hub/operations/facts.ts',
    find: 'sizes.get(cluster) ?? new Map<string, number>()',
    replace: 'sizes.get(`${cluster} `) ?? new Map<string, number>()',
    tests: ['test/unit/hub/operations/preview.hub.test.ts'],
  },
  {
    bug: 'an API version that a cluster still has is refused there, too',
    file: 'hub/render/refusals.ts',
    find: 'minor === null || minor >= since',
    replace: 'minor !== since - 100',
    tests: ['test/unit/hub/render/render.removed.test.ts'],
  },
  {
    bug: 'what KEDA scales gets another name, and its ScaledObject scales what is not there',
    file: 'shared/model/kinds.ts',
    find: "'keda.sh/ScaledObject': autoscaler(['minReplicaCount', 0], ['maxReplicaCount', 100]),",
    replace: '',
    tests: ['test/unit/hub/render/written-names.test.ts'],
  },
];
