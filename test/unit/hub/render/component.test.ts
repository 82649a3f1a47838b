import { describe, expect, it } from 'vitest';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import {
  app,
  linesOf,
  local,
  namesOf,
  objectOf,
  textOf,
  textsOf,
  useRenderer,
  web,
} from '../../../fixtures/hub/manifests.ts';
import { renderFleet, type RenderedWithProblems } from '../../../fixtures/hub/rendering.ts';

const { cue, render } = useRenderer();

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

describe('a component', () => {
  const template = (text: string, name = 'own', kind = 'ComponentDefinition') => `
kind: ${kind}
metadata: { name: ${name} }
spec:
  workload: { definition: { apiVersion: v1, kind: ConfigMap } }
  schematic: { cue: { template: ${JSON.stringify(text)} } }
---`;
  const map = (name: string) =>
    `{ apiVersion: "v1", kind: "ConfigMap"${name === '' ? '' : `, metadata: name: "${name}"`} }`;
  const trait = (text: string, name = 'add') => template(text, name, 'TraitDefinition').replace(/ {2}workload.*\n/, '');
  const own = (traits = '') => app(`{ name: web, type: own${traits} }`) + local;
  const kept = [
    `${template(`output: ${map('')}`)}${trait(`outputs: extra: ${map('')}`)}`,
    ', traits: [{ type: add }, { type: add }]',
  ] as const;

  it.each<[rule: string, text: string, ids: readonly string[]]>([
    [
      'gives its name to objects without one',
      `${template(`output: ${map('')}, outputs: Extra: ${map('')}`)}${own()}`,
      ['web', 'web-extra'],
    ],
    [
      'leaves names that are written',
      `${template(`output: ${map('a')}, outputs: b: ${map('c')}`)}${own()}`,
      ['a', 'c'],
    ],
    ['may be objects beside a workload alone', `${template(`outputs: b: ${map('c')}`)}${own()}`, ['c']],
    [
      'has the outputs of its traits',
      `${template(`output: ${map('')}`)}${trait(`outputs: extra: ${map('')}`)}${own(', traits: [{ type: add }]')}`,
      ['web', 'web-extra'],
    ],
  ])('%s', async (_, text, names) => {
    const rendered = await render(text);
    expect(linesOf(rendered)).toEqual([]);
    expect(namesOf(rendered, 'ConfigMap')).toEqual(names);
  });

  it('keeps the outputs of two traits that use one name: the second is named apart, not lost', async () => {
    const rendered = await render(kept[0] + own(kept[1]));
    expect([linesOf(rendered), namesOf(rendered, 'ConfigMap')]).toEqual([[], ['web', 'web-add-extra', 'web-extra']]);
  });

  it('is patched by a trait that reads what the traits before it made', async () => {
    const late = trait('patch: metadata: labels: made: context.outputs.extra.kind', 'late');
    const text = template(`output: ${map('')}`) + trait(`outputs: extra: ${map('')}`) + late;
    const rendered = await render(text + own(', traits: [{ type: add }, { type: late }]'));
    expect(objectOf(rendered, 'ConfigMap/default/web')['metadata']).toMatchObject({ labels: { made: 'ConfigMap' } });
  });

  it('can have the outputs of earlier traits patched', async () => {
    const late = trait('patchOutputs: extra: data: a: "patched", patchOutputs: none: data: a: "x"', 'late');
    const text = template(`output: ${map('')}`) + trait(`outputs: extra: ${map('')}`) + late;
    const rendered = await render(text + own(', traits: [{ type: add }, { type: late }]'));
    expect(objectOf(rendered, 'ConfigMap/default/web-extra')['data']).toEqual({ a: 'patched' });
    expect(namesOf(rendered, 'ConfigMap')).toEqual(['web', 'web-extra']);
  });

  it('has one Service with all ports where several traits make one of its name', async () => {
    const exposed = web(
      'a',
      ', traits: [{ type: expose, properties: { port: [80] } }, { type: expose, properties: { port: [81] } }]',
    );
    const rendered = await render(app(exposed) + local);
    const { ports } = objectOf(rendered, 'Service/default/web')['spec'] as { ports: { port: number }[] };
    expect([namesOf(rendered, 'Service'), ports.map(({ port }) => port)]).toEqual([['web'], [80, 81]]);
  });

  it('has no object of a policy that makes none, which is told', async () => {
    const text = 'if parameter.quota {output: 1}\nparameter: {name: string, quota: *false | bool}';
    const owner = template(text, 'owner', 'PolicyDefinition');
    const policies = '], policies: [{ name: of, type: owner, properties: { name: me } }';
    const rendered = await render(
      `${owner}${app(`{ name: web, type: worker, properties: { image: a } }${policies}`)}${local}`,
    );
    expect(linesOf(rendered).map((line) => line.replace(/ @.*/, ''))).toEqual([
      'UNSUPPORTED app-v1: policy of renders no object, so it has no effect',
    ]);
    expect(namesOf(rendered, 'Deployment')).toEqual(['web']);
  });

  it.each<[rule: string, text: string, line: string]>([
    [
      'whose template renders nothing',
      `${template('parameter: {}')}${own()}`,
      'RENDER_FAILED app-v1: component web renders no object',
    ],
    [
      'of an unknown type',
      app('{ name: web, type: none }') + local,
      'REFERENCE_NOT_FOUND app-v1: there is no component type none',
    ],
    [
      'with an unknown trait',
      app(web('a', ', traits: [{ type: none }]')) + local,
      'REFERENCE_NOT_FOUND app-v1: there is no trait type none',
    ],
    [
      'whose definition has no CUE',
      `${template(' ')}${own()}`,
      'UNSUPPORTED app-v1: ComponentDefinition own has no CUE template',
    ],
  ])('%s is a fault', async (_, text, line) => {
    const rendered = await render(text);
    expect(linesOf(rendered).map((each) => each.replace(/ @.*/, ''))).toEqual([line]);
    expect(rendered.failed).toEqual([{ unit: 'default/app', cluster: 'local' }]);
  });

  it('that does not render is what is told, and not what its traits miss in it; their properties are told', async () => {
    const traits =
      ', traits: [{ type: env, properties: { env: { A: b } } }, { type: scaler, properties: { replica: 2 } }]';
    const rendered = await render(app(web('a', traits).replace('image: ', 'imgae: ')) + local);
    const lines = linesOf(rendered).map((line) => line.replace(/ @.*/, ''));
    expect(lines.filter((line) => line.includes('ComponentDefinition'))).not.toEqual([]);
    expect(lines.filter((line) => line.includes('TraitDefinition'))).toEqual([
      expect.stringContaining('TraitDefinition/scaler: unknown property "replica"'),
    ]);
  });

  it('has all its faults told at once', async () => {
    const rendered = await render(app('{ name: web, type: none, traits: [{ type: some }, { type: other }] }') + local);
    expect(linesOf(rendered).map((line) => line.replace(/ @.*/, ''))).toEqual([
      'REFERENCE_NOT_FOUND app-v1: there is no component type none',
      'REFERENCE_NOT_FOUND app-v1: there is no trait type some',
      'REFERENCE_NOT_FOUND app-v1: there is no trait type other',
    ]);
  });
});

describe('a null of a template', () => {
  it('is delivered as it is, in maps and lists, also where a patch gives it', async () => {
    const documents = `
kind: ComponentDefinition
metadata: { name: own }
spec:
  workload: { definition: { apiVersion: v1, kind: ConfigMap } }
  schematic: { cue: { template: 'output: {apiVersion: "example.com/v1", kind: "Thing", spec: {a: null, list: [1, null]}}' } }
---
kind: TraitDefinition
metadata: { name: more }
spec: { schematic: { cue: { template: 'patch: spec: {b: null}' } } }
---`;
    const rendered = await render(documents + app('{ name: web, type: own, traits: [{ type: more }] }') + local);
    expect(linesOf(rendered)).toEqual([]);
    expect(objectOf(rendered, 'Thing/default/web')['spec']).toEqual({ a: null, list: [1, null], b: null });
  });
});
