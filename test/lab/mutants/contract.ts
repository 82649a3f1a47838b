import type { Mutant } from './mutants.ts';

/** Bugs of the contract of definitions. */
export const contractMutants: readonly Mutant[] = [
  {
    bug: 'show a trait the container of a revision under a name that it does not look for',
    file: 'hub/render/component.ts',
    find: 'output: asTraitsSeeIt(draft.output ?? {}, step.program.parameter, names),',
    replace: 'output: draft.output ?? {},',
    tests: ['test/unit/hub/render/component.dropped-in.test.ts'],
  },
  {
    bug: 'show a trait the container by context.name where its properties name it',
    file: 'hub/render/container-names.ts',
    find: 'if (!isMap(value)) return isAbout && value === name;',
    replace: 'if (!isMap(value)) return false;',
    tests: ['test/unit/hub/render/component.dropped-in.test.ts'],
  },
  {
    bug: 'leave the container of a JSON patch under the name that the trait looked for',
    file: 'hub/render/step.ts',
    find: 'return { value: withContainerNames(base, outcome.value, names), faults: [] };',
    replace: 'return { value: outcome.value, faults: [] };',
    tests: ['test/unit/hub/render/component.dropped-in.test.ts'],
  },
  {
    bug: 'give each revision a claim of the name that all have',
    file: 'hub/render/common-objects.ts',
    find: 'return !text.includes(contextName)',
    replace: "return text === '' && !text.includes(contextName)",
    tests: ['test/unit/hub/render/common-objects.test.ts', 'test/unit/hub/render/revision.test.ts'],
  },
  {
    bug: 'render a revision once for clusters of different versions of Kubernetes',
    file: 'hub/render/each-revision.ts',
    find: "values === null ? ' unknown' : valuesKey(values)",
    replace: "values === null ? ' unknown' : ''",
    tests: ['test/unit/hub/render/each-revision.test.ts'],
  },
  {
    bug: 'render a template for no version where the agent has not reported one',
    file: 'hub/render/cluster-values.ts',
    find: 'if (version === null && asksForVersion(record)) return null;',
    replace: '',
    tests: ['test/unit/hub/render/each-revision.test.ts', 'test/unit/hub/render/cluster-values.test.ts'],
  },
  {
    bug: 'a trait that must not be beside another one is',
    file: 'hub/definitions/attributes.ts',
    find: 'return entry === type || entry === resource;',
    replace: 'return entry === resource;',
    tests: ['test/unit/hub/definitions/attributes.test.ts', 'test/unit/hub/validate/workloads.test.ts'],
  },
  {
    bug: 'a trait for the control plane alone goes to every cluster',
    file: 'hub/definitions/attributes.ts',
    find: "if (spec['controlPlaneOnly'] === true) {",
    replace: "if (spec['controlPlaneOnly'] === null) {",
    tests: ['test/unit/hub/definitions/attributes.test.ts', 'test/unit/hub/validate/workloads.test.ts'],
  },
  {
    bug: 'restart the pods of a statefulset for the label of a revision that does not change it',
    file: 'hub/render/revision.ts',
    find: 'const namesRevision = isSideBySide || isVerbatim || definition?.patches === undefined;',
    replace: 'const namesRevision = true;',
    tests: ['test/unit/hub/render/revision.test.ts'],
  },
  {
    bug: 'lead traffic to no pod of what is updated in place',
    file: 'hub/render/services.ts',
    find: 'served.hasRevisionLabel && pod[label.revision] !== undefined && {',
    replace: 'served.hasRevisionLabel && {',
    tests: ['test/unit/hub/render/services.test.ts'],
  },
];
