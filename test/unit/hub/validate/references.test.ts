import { describe, expect, it } from 'vitest';
import { readDocument } from '../../../../hub/validate/read.ts';
import { builtinLists, referencesOf } from '../../../../hub/validate/references.ts';
import { documentsIn } from '../../../fixtures/hub/problems.ts';

const define = (kind: string, name: string, more = '') =>
  `kind: ${kind}\nmetadata: {name: ${name}${more}}\nspec: {schematic: {cue: {template: "output: {}"}}}\n---\n`;
const broken = (kind: string, name: string) => `kind: ${kind}\nmetadata: {name: ${name}}\nspec: 1\n---\n`;
const app = (name: string, components = '[{name: web, type: worker}]') =>
  `kind: Application\nmetadata: {name: ${name}}\nspec: {components: ${components}}\n---\n`;
const referencesIn = (text: string) => referencesOf(documentsIn(text).map(readDocument), new Map(), builtinLists);

describe('what documents can refer to', () => {
  it('is what Sluice brings along, in order', () => {
    const { components, traits, policies, steps } = referencesIn('');
    expect(components).toContain('webservice');
    expect(components).toEqual([...components].sort());
    expect([traits.includes('scaler'), policies, steps]).toEqual([true, builtinLists.policies, builtinLists.steps]);
  });

  it.each<[rule: string, text: string, name: string]>([
    ['a definition of the repository', define('ComponentDefinition', 'house'), 'house'],
    ['one of another namespace', define('ComponentDefinition', 'house', ', namespace: vela-system'), 'house'],
    ['one that is broken: it is there, and mending it is enough', broken('ComponentDefinition', 'house'), 'house'],
  ])('is %s', (_, text, name) => {
    expect(referencesIn(text).components).toContain(name);
    expect(referencesIn(text).traits).not.toContain(name);
  });

  it('is each name once, be it ours and the repository’s', () => {
    const { components } = referencesIn(
      define('ComponentDefinition', 'webservice') + broken('ComponentDefinition', 'webservice'),
    );
    expect(components.filter((name) => name === 'webservice')).toEqual(['webservice']);
  });

  it('is found in the catalog where it is valid', () => {
    const { catalog } = referencesIn(define('TraitDefinition', 'gold') + broken('TraitDefinition', 'lead'));
    expect(catalog.find('TraitDefinition', 'gold', 'default')?.pinned.type).toBe('gold');
    expect(catalog.find('TraitDefinition', 'lead', 'default')).toBeNull();
  });

  it('is each application that has a name, null where it is broken', () => {
    const { applications } = referencesIn(`${app('a')}${app('b', '1')}kind: Application\nspec: {}\n`);
    expect([...applications.keys()]).toEqual(['default/a', 'default/b']);
    expect(applications.get('default/a')?.spec.components[0]?.name).toBe('web');
    expect(applications.get('default/b')).toBeNull();
  });
});
