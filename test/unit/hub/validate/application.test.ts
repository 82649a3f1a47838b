import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../../fixtures/hub/problems.ts';

describe('types', () => {
  it('are our own ones and those that the repository defines', () => {
    const own = `kind: Application
metadata: {name: a}
spec: {components: [{name: web, type: house-service, traits: [{type: house-trait}]}]}
`;
    expect(problemsOf(own)).toEqual([
      'error UNSUPPORTED 3: no component type house-service',
      'error UNSUPPORTED 3: no trait type house-trait',
    ]);
    const define = (kind: string, name: string): string =>
      `---\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: {schematic: {cue: {template: "output: {}"}}}\n`;
    expect(
      problemsOf(own + define('ComponentDefinition', 'house-service') + define('TraitDefinition', 'house-trait')),
    ).toEqual([]);
  });
});
