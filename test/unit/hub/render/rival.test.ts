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

  it('is told without it where no document has the template', async () => {
    const image = definition(
      'TraitDefinition',
      'second',
      'patch: spec: template: spec: containers: [{image: "b"}, ...]',
    );
    const component = '{ name: web, type: webservice, properties: { image: a }, traits: [{ type: second }] }';
    const { problems } = await render(image + app(component) + local);
    expect(problems[0]?.message).toMatch(
      /than ComponentDefinition\/webservice does \(line 1, column \d+ of its template\), for component web$/,
    );
  });
});
