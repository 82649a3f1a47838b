import type { Mutant } from './mutants.ts';

/** Bugs of what `validate` and `render` say, and of what is found before it is published. */
export const validateMutants: readonly Mutant[] = [
  {
    bug: 'a memory of 512MB is published, for the API server to refuse',
    file: 'hub/preflight/formats.ts',
    find: 'const factor = suffixes[suffix] ??',
    replace: "const factor = suffixes[suffix.replace('B', '')] ??",
    tests: ['test/unit/hub/preflight'],
  },
  {
    bug: 'what the API server will refuse of a rendered object is not looked at before it is published',
    file: 'hub/render/refusals.ts',
    find: 'preflight(object).map(',
    replace: "preflight({ ...object, kind: '' }).map(",
    tests: ['test/unit/hub/render/render.test.ts'],
  },
  {
    bug: 'what is wrong with the properties of an application that is placed nowhere is not told',
    file: 'hub/operations/preview.ts',
    find: 'applications: [...unseen, ...drafts]',
    replace: 'applications: [...drafts]',
    tests: ['test/unit/hub/operations/preview-problems.test.ts'],
  },
  {
    bug: 'validate says nothing of two applications that claim one object',
    file: 'hub/operations/preview-judge.ts',
    find: ', ...takenNames(rendered.apps)',
    replace: '',
    tests: ['test/unit/hub/operations/preview-problems.test.ts'],
  },
  {
    bug: 'two Ingresses that lead one host and path are not told',
    file: 'hub/render/shared-routes.ts',
    find: 'else if (first.object !== object)',
    replace: 'else if (first.app === app)',
    tests: ['test/unit/hub/operations/preview-problems.test.ts'],
  },
  {
    bug: 'validate --hub takes what a branch lacks for removed',
    file: 'hub/operations/preview-read.ts',
    find: 'isAfter ? last : { ...last, descends: false }',
    replace: 'last',
    tests: ['test/unit/hub/operations/preview.hub.test.ts'],
  },
  {
    bug: 'validate --hub counts revisions by the commits that it sees, not by what the hub has recorded',
    file: 'hub/operations/preview-read.ts',
    find: 'history: state.revisions, seen',
    replace: 'history: emptyHistory, seen',
    tests: ['test/unit/hub/operations/preview.hub.test.ts'],
  },
  {
    bug: 'the facts of a hub have the keys of agents and open tokens',
    file: 'hub/operations/facts.ts',
    find: '{ ...record, agentKey: null, token: null }',
    replace: 'record',
    tests: ['test/unit/hub/operations/preview.hub.test.ts'],
  },
  {
    bug: 'a definition that replaces a built-in for everyone is taken without a word',
    file: 'hub/validate/definition.ts',
    find: '  reportBuiltin(doc, builtins, reporter);\n',
    replace: '',
    tests: ['test/unit/hub/validate/instead.test.ts'],
  },
];
