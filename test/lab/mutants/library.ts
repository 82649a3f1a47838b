import type { Mutant } from './mutants.ts';

const library = ['test/unit/hub/definitions/catalog.library.test.ts'];

/** Bugs of the built-in definitions. */
export const libraryMutants: readonly Mutant[] = [
  {
    bug: 'library: the Service of a component has another name among the outputs than in KubeVela',
    file: 'hub/definitions/ports.cue',
    find: '_service: *"webserviceExpose" | string',
    replace: '_service: *"exposed" | string',
    tests: ['test/unit/hub/definitions/catalog.library.test.ts'],
  },
  {
    bug: 'library: what a patch says of all items of a list is lost',
    file: 'hub/render/unify.ts',
    find: 'const item = index < patch.length ? patch[index] : rest;',
    replace: 'const item = index < patch.length ? patch[index] : undefined;',
    tests: ['test/unit/hub/render/step.test.ts'],
  },
  {
    bug: 'library: a definition of the name of a built-in step takes its place',
    file: 'hub/validate/step-definitions.ts',
    find: '!own.has(metadata.name)',
    replace: 'own.size > 0',
    tests: ['test/unit/hub/validate/step-definitions.test.ts'],
  },
  {
    bug: 'library: a healthPolicy that says its result below conditions alone says no',
    file: 'hub/health/evaluate.ts',
    find: 'return depth === 0 && token.kind',
    replace: 'return token.kind',
    tests: ['test/unit/hub/health/evaluate.test.ts'],
  },
  {
    bug: 'library: an action of a package that is not there is no action',
    file: 'hub/workflow/interpret/actions.ts',
    find: 'new Set([...packages, ...imported])',
    replace: 'new Set([...packages, ...imported.slice(imported.length)])',
    tests: ['test/unit/hub/workflow/interpret/actions.test.ts'],
  },
  {
    bug: 'library: a trait that says podDisruptive is not told by a plan',
    file: 'hub/operations/plan-diff.ts',
    find: " || isDisrupted(app.split('@', 1)[0] ?? app, object)",
    replace: '',
    tests: ['test/unit/hub/operations/plan.test.ts'],
  },
  {
    bug: 'a reference to an object of a cluster is taken for a manifest with nothing in it',
    file: 'hub/definitions/ref-objects.cue',
    find: ' || object.metadata == _|_',
    replace: '',
    tests: library,
  },
  {
    bug: 'vet tells what is wrong with a step below the line of the file that has it',
    file: 'hub/operations/vet.ts',
    find: '[...path, place.line - above, place.column]',
    replace: '[...path, place.line, place.column]',
    tests: ['test/unit/hub/operations/vet.test.ts'],
  },
  {
    bug: 'give templates an empty list of configurations, which overrides what a component says',
    file: 'hub/render/context.ts',
    find: 'artifacts: [],',
    replace: 'artifacts: [],\n    config: [],',
    tests: ['test/unit/hub/render/component.optional.test.ts'],
  },
  {
    bug: 'a limit of memory alone removes the limit of CPU of a pod in the library',
    file: 'hub/definitions/pod.cue',
    find: 'if parameter.limit.cpu == _|_ {limits: cpu: parameter.cpu}',
    replace: 'if parameter.limit == _|_ {limits: cpu: parameter.cpu}',
    tests: library,
  },
  {
    bug: 'one port with two protocols gets one name twice in the library',
    file: 'hub/definitions/ports.cue',
    find: 'UDP: "-udp"',
    replace: 'UDP: ""',
    tests: library,
  },
  {
    bug: 'a trait of the library changes the pods of a Deployment alone, not those of a CronJob',
    file: 'hub/definitions/pod-patch.cue',
    find: 'if context.output.spec.jobTemplate != _|_ {jobTemplate: spec: template: spec: _podPatch}',
    replace: '',
    tests: library,
  },
  {
    bug: 'a trait of the library that names a container which is not there does nothing, and says nothing',
    file: 'hub/definitions/env.cue',
    find: 'errs: [ for entry in _entries if _byName[entry.containerName] == _|_ {',
    replace: 'unread: [ for entry in _entries if false {',
    tests: library,
  },
  {
    bug: 'explain says that a parameter with a default is required',
    file: 'hub/definitions/parameters.ts',
    find: 'fallback === undefined && !isFilled',
    replace: '!isFilled',
    tests: ['test/unit/hub/definitions/parameters.test.ts'],
  },
  {
    bug: 'explain shows the members of a definition that stands alone nowhere',
    file: 'hub/definitions/parameters.ts',
    find: "if (field.label.startsWith('#')) return typeOf(field.label, definitions).members;",
    replace: "if (field.label.startsWith('#')) return [];",
    tests: ['test/unit/hub/definitions/parameters.test.ts'],
  },
  {
    bug: 'a trait of the library does not say that its container is not there',
    file: 'hub/definitions/securitycontext.cue',
    find: 'errs: [ for entry in _entries if _byName[entry.containerName] == _|_ {',
    replace: 'unread: [ for entry in _entries if _byName[entry.containerName] == _|_ {',
    tests: library,
  },
];
