import { describe, expect, it } from 'vitest';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { local, useRenderer } from '../../../fixtures/hub/manifests.ts';
import { renderFleet } from '../../../fixtures/hub/rendering.ts';

/** A component with a Service and a Secret beside its workload. */
const store = `---
kind: ComponentDefinition
metadata: { name: store }
spec:
  schematic:
    cue:
      template: |
        output: {apiVersion: "v1", kind: "ConfigMap", data: host: parameter.host}
        outputs: service: {apiVersion: "v1", kind: "Service", metadata: name: context.name + "-svc", spec: ports: [{port: 5432}]}
        outputs: secret: {apiVersion: "v1", kind: "Secret", stringData: password: "x"}
        parameter: host: *"a" | string
`;
const flow = (value: unknown): string => JSON.stringify(value);
const giver = (valueFrom: string, more: object = {}) => ({
  name: 'db',
  type: 'store',
  outputs: [{ name: 'it', valueFrom }],
  ...more,
});
const taker = (parameterKey = 'data.it', more: object = {}) => ({
  name: 'web',
  type: 'raw',
  properties: { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'web' } },
  inputs: [{ from: 'it', parameterKey }],
  ...more,
});
const shop = (...components: readonly object[]): string =>
  `${store}---\nkind: Application\nmetadata: {name: shop}\nspec: {components: ${flow(components)}}\n`;

describe('what a component takes of another one', () => {
  const { cue } = useRenderer();
  const rendered = async (text: string) => renderFleet(cue(), fleetOf(text + local));
  const objectOf = async (text: string, name: string): Promise<unknown> => {
    const { apps, problems } = await rendered(text);
    if (problems.length > 0) return problems.map(({ code, message }) => `${code} ${message}`);
    return apps[0]?.objects.find(({ object }) => object.metadata.name === name)?.object;
  };

  it.each<[rule: string, valueFrom: string, value: unknown]>([
    ['a member of its workload', 'output.metadata.name', 'db'],
    ['what it was given itself', 'output.data.host', 'a'],
    ['a member of another object of it', 'outputs.service.metadata.name', 'db-svc'],
    ['the name of a Secret', 'outputs.secret.metadata.name', 'db-secret'],
    ['a number in a list', 'outputs.service.spec.ports[0].port', 5432],
    [
      'a text that is made of several',
      '"\\(outputs.service.metadata.name):\\(outputs.service.spec.ports[0].port)"',
      'db-svc:5432',
    ],
    ['a member of the context', 'context.appName + "-" + context.name', 'shop-db'],
    ['by a package that it imports', 'import "strings"\n\nstrings.ToUpper(output.metadata.name)', 'DB'],
    [
      'by a package that it does not import',
      'strings.Join([output.metadata.name, context.namespace], ".")',
      'db.default',
    ],
    ['on several lines', '\n  output.metadata.name +\n  ".local"\n', 'db.local'],
    ['a whole value', 'outputs.service.spec.ports', [{ port: 5432 }]],
  ])('is %s', async (_, valueFrom, value) => {
    expect(await objectOf(shop(taker(), giver(valueFrom)), 'web')).toMatchObject({ data: { it: value } });
  });

  it('goes from one to the next', async () => {
    const middle = {
      ...{ name: 'api', type: 'store', inputs: [{ from: 'it', parameterKey: 'host' }] },
      outputs: [{ name: 'host', valueFrom: 'output.data.host' }],
    };
    const last = taker('data.it', { inputs: [{ from: 'host', parameterKey: 'data.it' }] });
    expect(await objectOf(shop(last, middle, giver('output.metadata.name')), 'web')).toMatchObject({
      data: { it: 'db' },
    });
  });

  it('is put into lists, and beside what is written', async () => {
    const web = {
      ...{ name: 'web', type: 'worker', properties: { image: 'a', env: [{ name: 'DB' }] } },
      inputs: [{ from: 'it', parameterKey: 'env[0].value' }],
    };
    const object = await objectOf(shop(web, giver('output.metadata.name')), 'web');
    expect(object).toMatchObject({
      spec: { template: { spec: { containers: [{ env: [{ name: 'DB', value: 'db' }] }] } } },
    });
  });

  it('may be a member of its own context', async () => {
    const web = taker('data.it', { inputs: [{ from: 'context.appName', parameterKey: 'data.it' }] });
    expect(await objectOf(shop(web), 'web')).toMatchObject({ data: { it: 'shop' } });
  });

  it('is waited for', async () => {
    const { apps } = await rendered(shop(taker(), giver('output.metadata.name')));
    expect(apps[0]?.dependsOn).toEqual({ web: ['db'] });
  });

  it.each<[rule: string, components: readonly object[], said: string]>([
    [
      'what a cluster knows of a Secret',
      [taker(), giver('outputs.secret.metadata.uid')],
      'UNSUPPORTED shop-v1: output it of db reads what is in a Secret, which is not passed on',
    ],
    [
      'what is in a Secret',
      [taker(), giver('outputs.secret.stringData.password')],
      'UNSUPPORTED shop-v1: output it of db reads what is in a Secret, which is not passed on',
    ],
    [
      'a Secret as a whole',
      [taker(), giver('"\\(outputs.secret)"')],
      'UNSUPPORTED shop-v1: output it of db reads what is in a Secret, which is not passed on',
    ],
    [
      'what others make in another namespace',
      [
        taker(),
        giver('output.data.of', {
          type: 'ref-objects',
          properties: { objects: [{ resource: 'configmap', name: 'a', namespace: 'far' }] },
        }),
      ],
      'UNSUPPORTED shop-v1: output it of db reads ConfigMap a, which is in namespace far',
    ],
    [
      'what is in a Secret that others make',
      [taker(), giver('output.data.of', { type: 'ref-objects', properties: { objects: [{ resource: 'secret' }] } })],
      'UNSUPPORTED shop-v1: output it of db reads what is in a Secret, which is not passed on',
    ],
    [
      'an object that is not there',
      [taker(), giver('outputs.route.metadata.name')],
      'REFERENCE_NOT_FOUND shop-v1: output it of db reads route, which it does not have',
    ],
    [
      'what is written otherwise, too',
      [taker('metadata.name'), giver('output.metadata.name')],
      'DOCUMENT_INVALID shop-v1: the property metadata.name has a value, and the input it gives another',
    ],
    [
      'more than 16 KiB',
      [taker(), giver('output.data.host', { properties: { host: 'x'.repeat(17_000) } })],
      'LIMIT_EXCEEDED shop-v1: output it of db has 17002 bytes, more than 16 KiB',
    ],
    [
      'what is of a component that is not there',
      [taker()],
      'REFERENCE_NOT_FOUND shop-v1: its input it is of a component that is not delivered together with it',
    ],
    [
      'what comes back to it',
      [
        taker('data.it', { outputs: [{ name: 'back', valueFrom: 'context.name' }] }),
        giver('context.name', { inputs: [{ from: 'back', parameterKey: 'host' }] }),
      ],
      'DOCUMENT_INVALID shop-v1: components wait for each other: db -> web -> db',
    ],
  ])('is not %s', async (_, components, said) => {
    expect(await objectOf(shop(...components), 'web')).toEqual([said]);
  });

  it('that cannot be told is told where it stands', async () => {
    const wrong = await rendered(shop(taker(), giver('context.name +')));
    expect(wrong.problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
      expect.stringMatching(/^RENDER_FAILED shop-v1: output it of db: /),
    ]);
  });

  it('is not told once more where what gives it cannot be rendered', async () => {
    const db = giver('output.metadata.name', { properties: { hots: 'a' } });
    expect(await objectOf(shop(taker(), db), 'web')).toEqual([expect.stringMatching(/^UNKNOWN_FIELD .*hots/)]);
  });

  it('of what nothing takes may read anything', async () => {
    expect(await objectOf(shop(giver('output.status.phase')), 'db')).toMatchObject({ kind: 'ConfigMap' });
  });
});
