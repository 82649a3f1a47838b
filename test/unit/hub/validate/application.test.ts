import { describe, expect, it } from 'vitest';
import { errorsOf, problemsOf } from '../../../fixtures/hub/problems.ts';

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

describe('the components of an application', () => {
  const app = (components: string) => `kind: Application\nmetadata: {name: a}\nspec: {components: [${components}]}\n`;
  const web = '{name: web, type: webservice, properties: {image: a}}';

  it.each<[rule: string, components: string, errors: readonly string[]]>([
    [
      'a second one of the name, at its place',
      `${web}, ${web}`,
      ['DOCUMENT_INVALID 3:77 a second component named web; rename one'],
    ],
    [
      'a name that is in labels alone, where objects have their own',
      '{name: web.Deployment.web, type: raw, properties: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}}',
      [],
    ],
    [
      'a name that names objects',
      web.replace('name: web', 'name: web.Deployment'),
      ['NAME_INVALID 3:22 the name "web.Deployment" is not allowed; use lower case letters, digits and dashes'],
    ],
    ['two of different names', `${web}, ${web.replace('web', 'api')}`, []],
    [
      'a type that is nearly one of ours',
      web.replace('webservice', 'webservce'),
      ['UNSUPPORTED 3:33 no component type webservce; did you mean webservice?'],
    ],
    [
      'several unknown traits, each at its place',
      web.replace('}}', '}, traits: [{type: a1}, {type: b2}]}'),
      [
        'UNSUPPORTED 3:85 no trait type a1; add its TraitDefinition to the repository; sluice-hub definitions list prints the trait types',
        'UNSUPPORTED 3:97 no trait type b2; add its TraitDefinition to the repository; sluice-hub definitions list prints the trait types',
      ],
    ],
    [
      'raw objects that name none',
      '{name: raw, type: k8s-objects, properties: {}}',
      ['DOCUMENT_INVALID 3:52 k8s-objects names no objects; give properties.objects, path or glob'],
    ],
  ])('%s', (_, components, errors) => {
    expect(errorsOf(app(components))).toEqual(errors);
  });

  it('take their name from a label: the application, too', () => {
    expect(errorsOf(app(web).replace('name: a}', 'name: A}'))).toEqual([
      'NAME_INVALID 2:12 the name "A" is not allowed; use lower case letters, digits and dashes',
    ]);
  });
});
