import { describe, expect, it } from 'vitest';
import { app, local, useRenderer } from '../../../fixtures/hub/manifests.ts';

const { render } = useRenderer();

const definition = (kind: string, name: string, template: string) =>
  `kind: ${kind}\nmetadata: { name: ${name} }\nspec:\n  schematic:\n    cue:\n      template: |\n        ${template.replaceAll('\n', '\n        ')}\n---\n`;
const own = definition(
  'ComponentDefinition',
  'own',
  'output: {\n  apiVersion: "example.com/v1"\n  kind: "Thing"\n  spec: {\n    a: "own"\n    b: parameter.b\n  }\n}\nparameter: b: string',
);
const first = definition('TraitDefinition', 'first', 'patch: spec: {\n  c: "first"\n}');
const second = (member: string) => definition('TraitDefinition', 'second', `patch: spec: ${member}: "second"`);

/** The message of the conflict of a trait with what was there before. */
async function messageOf(member: string): Promise<string> {
  const component = '{ name: web, type: own, properties: { b: "given" }, traits: [{ type: first }, { type: second }] }';
  const { problems } = await render(own + first + second(member) + app(component) + local);
  expect(problems).toHaveLength(1);
  return problems[0]?.message ?? '';
}

describe('a value that a patch gives otherwise than before', () => {
  const lineOf = (text: string): number => (own + first).split('\n').findIndex((line) => line.includes(text)) + 1;

  it.each([
    ['a', 'a: "own"', 'ComponentDefinition/own'],
    ['b', 'b: parameter.b', 'ComponentDefinition/own'],
    ['c', 'c: "first"', 'TraitDefinition/first'],
  ])('is told with the place of the former one: %s', async (member, text, giver) => {
    const message = await messageOf(member);
    expect(message).toContain(`gives spec.${member} another value than ${giver} does`);
    expect(message).toContain(`; the other is at fleet.yaml:${lineOf(text)}:`);
  });

  it.each<[what: string, patch: string, line: RegExp]>([
    [
      'the property of a component',
      'patch: spec: template: spec: containers: [{image: "b"}, ...]',
      /than ComponentDefinition\/webservice does \(line 1, column \d+ of its template\), for component web; the other is at fleet\.yaml:12:67$/,
    ],
    [
      'the property of a trait',
      'patch: spec: replicas: 7',
      /than TraitDefinition\/scaler does .*; the other is at fleet\.yaml:12:118$/,
    ],
    [
      'what its template says',
      'patch: spec: template: metadata: labels: "app.oam.dev/component": "b"',
      /than ComponentDefinition\/webservice does .*; the other is at line \d+, column \d+ of the template of webservice$/,
    ],
  ])('of a built-in is told with the place of %s', async (_, patch, line) => {
    const traits = '[{ type: scaler, properties: { replicas: 2 } }, { type: second }]';
    const component = `{ name: web, type: webservice, properties: { image: a }, traits: ${traits} }`;
    const { problems } = await render(definition('TraitDefinition', 'second', patch) + app(component) + local);
    expect(problems.map(({ message }) => message)).toEqual([expect.stringMatching(line)]);
  });

  it.each<[what: string, patch: string, other: RegExp]>([
    ['a property that is copied', 'env: [{name: "A", value: parameter.v}]', /the other is at fleet\.yaml:7:22$/],
    ['a property with a place of its own', 'image: parameter.v', /the other is at fleet\.yaml:6:5$/],
  ])('is told where the document has it, both of them: %s', async (_, patch, other) => {
    const container = `// +patchKey=name\n  containers: [{\n    name: context.name\n    // +patchKey=name\n    ${patch}\n  }]`;
    const text = `patch: spec: template: spec: {\n  ${container}\n}\nparameter: v: string`;
    const component = `\n  { name: web, type: webservice, properties: {\n    image: a,\n    env: [{ name: A, value: b }] },\n    traits: [{ type: second,\n      properties: { v: c } }] }`;
    const own = definition('TraitDefinition', 'second', text).replace('---\n', '');
    const { problems } = await render(`${app(component)}---\n${own}${local}`);
    expect(problems.map(({ message, place }) => [message.slice(message.indexOf('; the other')), place])).toEqual([
      [expect.stringMatching(other), expect.objectContaining({ path: 'fleet.yaml', line: 22 })],
    ]);
  });
});
