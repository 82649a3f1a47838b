import type { ComponentSource } from './source.ts';

/** The source of every component type that no other source names: the CUE template of its definition makes the objects. */
export const cueSource: ComponentSource = {
  name: 'cue',
  types: [],
  isVerbatim: false,
  check: () => undefined,
  filesOf: () => [],
  parameterOf: ({ properties }) => properties ?? {},
  manifests: () => Promise.resolve({ value: [] }),
};
