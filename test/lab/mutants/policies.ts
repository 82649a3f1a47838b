import type { Mutant } from './mutants.ts';

/** Bugs of what an Application says of its delivery. */
export const policyMutants: readonly Mutant[] = [
  {
    bug: 'policies: an empty selector means every cluster',
    file: 'hub/policies/types/topology.ts',
    find: 'has: (one) => !isEmpty && ',
    replace: 'has: (one) => ',
    tests: ['test/unit/hub/workflow/compile.test.ts'],
  },
  {
    bug: 'policies: take a pattern for a part of a name',
    file: 'hub/policies/patch.ts',
    find: "new RegExp(`^${parts.join('.*')}$`)",
    replace: "new RegExp(parts.join('.*'))",
    tests: ['test/unit/hub/policies/patch.test.ts'],
  },
  {
    bug: 'policies: a cluster that is added to a topology makes a new revision',
    file: 'hub/policies/uses.ts',
    find: 'types.filter(({ isContent }) => isContent)',
    replace: 'types',
    tests: ['test/unit/hub/render/revisions.test.ts'],
  },
  {
    bug: 'policies: the steps of a workflow make a new revision',
    file: 'hub/render/revisions.ts',
    find: '...(components.length === 0 && { workflow }),',
    replace: '...{ workflow },',
    tests: ['test/unit/hub/render/revisions.test.ts'],
  },
  {
    bug: 'policies: a typing error in the name of a cluster takes a namespace of another one away',
    file: 'hub/place/program.ts',
    find: '!placed.has(`${unit} ${cluster}`)',
    replace: '!placed.has(`${app} ${cluster}`)',
    tests: ['test/unit/hub/place/program.test.ts'],
  },
  {
    bug: 'policies: the last of two steps that want different content wins',
    file: 'hub/place/program.ts',
    find: 'if (conflict !== undefined) {',
    replace: "if (conflict !== undefined && app === '') {",
    tests: ['test/unit/hub/place/program.test.ts'],
  },
  {
    bug: 'policies: two namespaces of one cluster are one unit',
    file: 'hub/workflow/wanted.ts',
    find: "const key = `${name} ${want.scope.namespace ?? ''}`;",
    replace: 'const key = name;',
    tests: ['test/unit/hub/workflow/wanted.test.ts'],
  },
  {
    bug: 'policies: render a revision once for places with different overrides',
    file: 'hub/render/each-revision.ts',
    find: '} ${variant.key}`;',
    replace: '}`;',
    tests: ['test/unit/hub/render/render.policies.test.ts'],
  },
  {
    bug: 'policies: leave a unit in another namespace without a word that its application is held',
    file: 'hub/plan/held-units.ts',
    find: 'splitKey(key).app === app',
    replace: 'key === app',
    tests: ['test/unit/hub/plan/held-units.test.ts'],
  },
  {
    bug: 'policies: fight for replicas that are left to others',
    file: 'hub/render/workload.ts',
    find: '`${replicasPointer}/`.startsWith(`${pointer}/`)',
    replace: "pointer === '' && replicasPointer === ''",
    tests: ['test/unit/hub/render/workload.test.ts'],
  },
  {
    bug: 'policies: a selector that asks for nothing selects everything',
    file: 'hub/policies/selector.ts',
    find: 'given.length > 0 && given.every',
    replace: 'given.every',
    tests: ['test/unit/hub/render/object-rules.test.ts'],
  },
];
