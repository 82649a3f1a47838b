import { describe, expect, it } from 'vitest';
import { place } from '../../../../hub/place/place.ts';
import { newRenderMemory } from '../../../../hub/render/memory.ts';
import { render } from '../../../../hub/render/render.ts';
import { componentsPublished, liveFrom } from '../../../../hub/render/withheld.ts';
import type { Reports } from '../../../../hub/model/reports.ts';
import type { State } from '../../../../hub/model/state.ts';
import type { HasComponent, LiveValues } from '../../../../hub/render/outputs.ts';
import { fleetOf, targetsOf } from '../../../fixtures/hub/fleet.ts';
import { local, useRenderer } from '../../../fixtures/hub/manifests.ts';
import { historyOf } from '../../../fixtures/hub/rendering.ts';

const service = '/Service/default/db';
/** The first is what is taken; the others are what the trait itself tells of its Service. */
const fields = ['/spec/clusterIP', '/spec/type', '/status/loadBalancer/ingress'];
/** A component with a Service, one that takes its address, and more. */
const shop = (valueFrom: string, ...more: readonly object[]): string => {
  const components = [
    {
      ...{
        name: 'db',
        type: 'worker',
        properties: { image: 'a' },
        traits: [{ type: 'expose', properties: { port: [80] } }],
      },
      outputs: [{ name: 'ip', valueFrom }],
    },
    {
      ...{ name: 'web', type: 'raw', properties: { apiVersion: 'v1', kind: 'ConfigMap' } },
      inputs: [{ from: 'ip', parameterKey: 'data.ip' }],
    },
    ...more,
  ];
  return `kind: Application\nmetadata: {name: shop}\nspec: {components: ${JSON.stringify(components)}}\n`;
};
const ip = 'outputs.service.spec.clusterIP';
const config = (name: string, more: object) => ({
  ...{ name, type: 'raw', properties: { apiVersion: 'v1', kind: 'ConfigMap' } },
  ...more,
});

describe('what takes what the cluster alone knows', () => {
  const { cue } = useRenderer();
  const memory = newRenderMemory();
  const documents = new Map<string, ReturnType<typeof facts>>();
  const facts = (text: string) => {
    const fleet = fleetOf(text + local);
    const [history, targets] = [historyOf(fleet), targetsOf(fleet)];
    const { assignments } = place({ fleet, history, targets, picks: new Map(), previous: [], localCluster: 'local' });
    return { fleet, history, targets, assignments };
  };
  /** What a hub that goes on renders: the documents that it has seen are the same values, and so is what it remembers. */
  const rendered = async (
    text: string,
    told: Readonly<Record<string, unknown>> | null,
    has: HasComponent = () => false,
  ) => {
    const known = documents.get(text) ?? facts(text);
    documents.set(text, known);
    const live: LiveValues | undefined = told === null ? undefined : new Map([[service, told]]);
    const input = { ...known, liveOf: () => live, hasComponent: has };
    const { apps, holds, asked } = await render(cue(), input, new AbortController().signal, memory);
    const names = apps[0]?.objects.map(({ object }) => `${object.kind} ${object.metadata.name}`) ?? null;
    const data = apps[0]?.objects.find(({ object }) => object.metadata.name === 'web')?.object['data'];
    const said = holds.map(({ by, reason, cluster }) => `${by} ${cluster}: ${reason}`);
    return { names, data, said, observe: apps[0]?.observe, notes: apps[0]?.notes, asked };
  };
  const waits = 'web waits for output ip of db: spec.clusterIP of Service db is not reported';

  it('comes once that is reported, and the others without it', async () => {
    expect(await rendered(shop(ip), null)).toEqual({
      names: ['Service db', 'Deployment db'],
      data: undefined,
      said: [`input local: shop-v1: ${waits}`],
      observe: [{ id: service, fields }],
      notes: [waits],
      asked: new Map(),
    });
  });

  it('has it then, and it goes on to be reported', async () => {
    expect(await rendered(shop(ip), { '/spec/clusterIP': '10.0.0.1' })).toMatchObject({
      names: ['ConfigMap web', 'Service db', 'Deployment db'],
      data: { ip: '10.0.0.1' },
      said: [],
      observe: [{ id: service, fields }],
      notes: [],
    });
  });

  it('may be made of what is reported and what is rendered', async () => {
    const both = `"\\(${ip}):\\(outputs.service.spec.ports[0].port)"`;
    expect((await rendered(shop(both), { '/spec/clusterIP': '10.0.0.1' })).data).toEqual({ ip: '10.0.0.1:80' });
  });

  it('waits while what is reported has not all of it', async () => {
    const first = 'outputs.service.status.loadBalancer.ingress[0].ip';
    const field = '/status/loadBalancer/ingress';
    const empty = await rendered(shop(first), { [field]: [] });
    expect([empty.names, empty.said]).toEqual([
      ['Service db', 'Deployment db'],
      [expect.stringMatching(/^input local: shop-v1: web waits for output ip of db: the template is wrong/)],
    ]);
    expect((await rendered(shop(first), { [field]: [{ ip: '192.0.2.1' }] })).data).toEqual({ ip: '192.0.2.1' });
  });

  it('comes with an object that is taken as a whole, which has some of all members', async () => {
    const text = shop('"\\([for it in [outputs.service] {it.status.x}][0]) of \\(len(outputs.service))"');
    const none = await rendered(text, null);
    expect(none.said).toEqual(['input local: shop-v1: web waits for output ip of db: Service db is not reported']);
    expect(none.observe?.[0]?.fields).toEqual(expect.arrayContaining(['/binaryData', '/rules', '/status']));
    expect((await rendered(text, { '/status': { x: 'a' } })).data).toEqual({ ip: 'a of 5' });
  });

  it('stays as it is where its cluster has it already, with all of its application', async () => {
    const has: HasComponent = (unit, cluster, component) =>
      `${unit} ${cluster} ${component}` === 'default/shop local web';
    const { names, said, asked } = await rendered(shop(ip), null, has);
    expect([names, said]).toEqual([null, [`agent local: shop-v1: ${waits}`]]);
    expect(asked).toEqual(new Map([['local', new Map([['default/shop', [{ id: service, fields }]]])]]));
  });

  it('keeps what waits for it, whatever for, from coming alone', async () => {
    const next = config('next', { dependsOn: ['web'] });
    const last = config('last', { inputs: [{ from: 'name', parameterKey: 'data.x' }] });
    const middle = config('middle', {
      dependsOn: ['next'],
      outputs: [{ name: 'name', valueFrom: 'output.metadata.name' }],
    });
    const { names, notes } = await rendered(shop(ip, next, middle, last, config('beside', {})), null);
    expect(names).toEqual(['ConfigMap beside', 'Service db', 'Deployment db']);
    expect(notes).toEqual([waits, 'next waits for web', 'middle waits for next', 'last waits for middle']);
  });

  it('is not asked for where nothing takes it', async () => {
    const components = [{ name: 'db', type: 'worker', properties: { image: 'a' } }];
    const text = `kind: Application\nmetadata: {name: shop}\nspec: {components: ${JSON.stringify(components)}}\n`;
    expect(await rendered(text, null)).toMatchObject({ said: [], observe: undefined });
    const given = text.replace('"properties"', `"outputs":[{"name":"ip","valueFrom":"output.status.x"}],"properties"`);
    expect(await rendered(given, null)).toMatchObject({ said: [], observe: undefined });
  });
});

describe('what clusters told', () => {
  const reports = new Map([
    [
      'eu',
      {
        receivedAt: 1,
        report: {
          apps: [
            { namespace: 'default', name: 'shop', observations: [{ id: service, values: { '/a': 1 } }] },
            { namespace: 'default', name: 'other' },
          ],
        },
      },
    ],
  ]) as unknown as Reports;

  it.each<[unit: string, cluster: string, told: unknown]>([
    ['default/shop', 'eu', [[service, { '/a': 1 }]]],
    ['default/other', 'eu', null],
    ['default/shop', 'us', null],
  ])('of %s on %s', (unit, cluster, told) => {
    const live = liveFrom(reports)(unit, cluster);
    expect(live === undefined ? null : [...live]).toEqual(told);
  });
});

describe('the components that a cluster has', () => {
  const published = (objects: readonly object[], registration = 'r1') =>
    ({
      clusters: new Map([['eu', { registration: 'r1' }]]),
      bundles: new Map([
        [
          'eu',
          {
            revision: {
              registration,
              apps: [{ namespace: 'default', name: 'shop', revisions: [{ name: 'shop-v1' }], objects }],
            },
          },
        ],
      ]),
    }) as unknown as State;
  const history = historyOf(fleetOf(shop(ip) + local));

  it.each<[rule: string, state: State, answer: boolean]>([
    ['by its objects', published([{ id: 'a', component: 'web' }]), true],
    ['not, where others have theirs', published([{ id: 'a', component: 'db' }]), false],
    ['by its revision, where objects say no component', published([{ id: 'a' }]), true],
    ['not of another registration', published([{ id: 'a', component: 'web' }], 'r0'), false],
  ])('are told %s', (_, state, answer) => {
    expect(componentsPublished(state, history)('default/shop', 'eu', 'web')).toBe(answer);
  });

  it('are none of what it does not have', () => {
    expect(componentsPublished(published([]), history)('default/other', 'eu', 'web')).toBe(false);
    expect(componentsPublished(published([{ id: 'a' }]), history)('default/shop', 'eu', 'nope')).toBe(false);
  });
});
