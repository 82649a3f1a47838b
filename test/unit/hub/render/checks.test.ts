import { describe, expect, it } from 'vitest';
import { entryOf } from '../../../../hub/plan/entry.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { local, useRenderer } from '../../../fixtures/hub/manifests.ts';
import { renderFleet } from '../../../fixtures/hub/rendering.ts';

const definition = (kind: string, name: string, status: string, template: string): string => `---
kind: ${kind}
metadata: { name: ${name} }
spec:
  status:
${status.replaceAll(/^/gm, '    ')}
  schematic: { cue: { template: '${template}' } }
`;
const cache = definition(
  'ComponentDefinition',
  'cache',
  'healthPolicy: "isHealth: context.output.status.ready"\ncustomStatus: "message: context.output.status.phase"',
  'output: {apiVersion: "example.com/v1", kind: "Cache", metadata: name: context.name}, parameter: {}',
);
const route = definition(
  'TraitDefinition',
  'route',
  'healthPolicy: "isHealth: context.outputs.route.status.ok == parameter.want && context.output.spec.size > 0"',
  'outputs: route: {apiVersion: "example.com/v1", kind: "Route", metadata: name: context.name + "-r"}, parameter: {want: bool}',
);
const app = (more = '', metadata = '{ name: shop }'): string =>
  `---\nkind: Application\nmetadata: ${metadata}\nspec: { components: [{ name: web, type: cache${more} }] }\n`;
const traits = ', traits: [{ type: route, properties: { want: true } }]';
const placed = `---
kind: ApplicationDeployment
metadata: { name: both }
spec: { appRevisions: [{ revisionName: shop-v1, placement: [{}] }, { revisionName: shop-v2, placement: [{}] }] }
`;

describe('what definitions say of health', () => {
  const { cue } = useRenderer();
  const rendered = async (...texts: readonly string[]) => {
    const { apps } = await renderFleet(cue(), ...texts.map((text) => fleetOf(text + local)));
    return apps[0]!;
  };

  it('asks for the fields that the texts read, of the objects of each', async () => {
    const one = await rendered(app(traits) + cache + route);
    expect(one.checks).toMatchObject([
      {
        component: 'web',
        subject: 'ComponentDefinition/cache',
        objects: [{ name: null, fields: ['/status/phase', '/status/ready'] }],
      },
      { component: 'web', trait: 'route', parameter: { want: true }, objects: [{ name: 'route' }, { name: null }] },
    ]);
    const { observe } = entryOf(one, formats.revision.at(2)).app;
    expect(observe).toEqual([
      { id: 'example.com/Cache/default/web', fields: ['/spec/size', '/status/phase', '/status/ready'] },
      { id: 'example.com/Route/default/web-r', fields: ['/status/ok'] },
    ]);
  });

  it('changes no content: only what is asked for is another', async () => {
    const [asked, plain] = [
      await rendered(app() + cache),
      await rendered(app() + cache.replaceAll(/^ {2}status:\n( {4}.*\n)+/gm, '')),
    ];
    const second = formats.revision.at(2);
    expect([plain.checks, plain.observe]).toEqual([undefined, undefined]);
    expect(entryOf(asked, second).app.digest).toBe(entryOf(plain, second).app.digest);
  });

  it.each([
    ['the Application', app('', '{ name: shop, annotations: { app.oam.dev/disable-health-check: "true" } }') + cache],
    [
      'the workload',
      app(', traits: [{ type: annotations, properties: { app.oam.dev/disable-health-check: "true" } }]') + cache,
    ],
  ])('leaves the policy out where %s disables it, and tells the message all the same', async (_, text) => {
    expect((await rendered(text)).checks).toMatchObject([
      { status: { customStatus: 'message: context.output.status.phase' } },
    ]);
    expect((await rendered(text)).checks?.[0]?.status).not.toHaveProperty('healthPolicy');
  });

  it('is said of each revision of a deployment, by the names of its objects', async () => {
    const v2 = app(traits) + cache + route + placed;
    const { checks } = await rendered(app() + cache + route, v2);
    expect(checks?.map((one) => [one.revision, one.trait, one.objects[0]?.id.split('/').at(-1)])).toEqual([
      ['shop-v1', undefined, 'web-v1'],
      ['shop-v2', undefined, 'web-v2'],
      ['shop-v2', 'route', 'web-v2-r'],
    ]);
  });
});
