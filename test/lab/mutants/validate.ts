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
];
