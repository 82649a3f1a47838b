import { describe, expect, it } from 'vitest';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { web, textsOf, textOf, useRenderer } from '../../../fixtures/hub/manifests.ts';
import { renderFleet, type RenderedWithProblems } from '../../../fixtures/hub/rendering.ts';

const { cue } = useRenderer();

describe('the container of a component', () => {
  const env = (containerName: string) =>
    `, traits: [{ type: env, properties: { containerName: ${containerName}, env: { A: b } } }]`;
  const own = `
kind: ComponentDefinition
metadata: { name: own }
spec:
  workload: { definition: { apiVersion: apps/v1, kind: Deployment } }
  schematic:
    cue:
      template: |
        output: {
          apiVersion: "apps/v1"
          kind: "Deployment"
          spec: {
            selector: matchLabels: "app.oam.dev/component": context.name
            template: {
              metadata: labels: "app.oam.dev/component": context.name
              spec: containers: [{name: context.name, image: "own"}]
            }
          }
        }
---
kind: TraitDefinition
metadata: { name: cmd }
spec:
  schematic:
    cue:
      template: 'patch: spec: template: spec: containers: [{name: context.name, command: ["x"]}]'
---`;
  const containers = (rendered: RenderedWithProblems): string[] => {
    const text = textOf(rendered, 'Deployment/default/web-v1');
    return (
      JSON.parse(text) as { spec: { template: { spec: { containers: { name: string }[] } } } }
    ).spec.template.spec.containers.map((container) => JSON.stringify(container));
  };

  it.each([
    ['the name of its component', web('one'), '{"image":"one","name":"web","ports"'],
    ['this name in a trait', web('one', env('web')), '{"env":[{"name":"A","value":"b"}],"image":"one","name":"web"'],
    ['no name in a trait', web('one', env('""')), '{"env":[{"name":"A","value":"b"}],"image":"one","name":"web"'],
    [
      'context.name in a trait of the repository',
      web('one', ', traits: [{ type: cmd }]'),
      '{"command":["x"],"image":"one","name":"web"',
    ],
    [
      'the name that a definition of the repository gives',
      '{ name: web, type: own }',
      '{"image":"own","name":"web-v1"}',
    ],
    [
      'this name in a trait beside such a definition',
      `{ name: web, type: own${env('web')} }`,
      '{"env":[{"name":"A","value":"b"}],"image":"own","name":"web-v1"}',
    ],
  ])('has %s', async (_case, component, start) => {
    const [text] = textsOf({ revisions: [component], lists: '1' });
    const rendered = await renderFleet(cue(), fleetOf(own + text!));
    expect(rendered.problems).toEqual([]);
    expect(containers(rendered)).toHaveLength(1);
    expect(containers(rendered)[0]).toSatisfy((text: string) => text.startsWith(start));
  });
});
