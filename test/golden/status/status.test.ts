import { describe, expect, it } from 'vitest';
import type { StatusView } from '../../../hub/api/status.ts';
import { statusView } from '../../../hub/status/view.ts';
import { statusTable } from '../../../hub/status/table.ts';
import { yamlText } from '../../../shared/lib/yaml/write.ts';
import { digestOf } from '../../../shared/lib/canonical.ts';
import { bundleApp, enrolledCluster, heartbeat, now, published, received, reportOf, settledApp, stateOf } from '../../fixtures/hub/status.ts';

const target = (revision: string, weight: number) => ({
  rule: 0,
  revision,
  component: 'testsvc',
  service: `/Service/default/${revision}`,
  weight,
});
const split = bundleApp('example-app-deploy', {
  revisions: [
    { name: 'example-app-v1', objects: [] },
    { name: 'example-app-v2', objects: [] },
  ],
  replicas: [
    { id: 'apps/Deployment/default/testsvc-v1', pointer: '/spec/replicas', value: 5, revision: 'example-app-v1' },
    { id: 'apps/Deployment/default/testsvc-v2', pointer: '/spec/replicas', value: 5, revision: 'example-app-v2' },
  ],
  traffic: [
    {
      provider: 'istio',
      id: 'networking.istio.io/VirtualService/default/example-app-deploy',
      targets: [target('example-app-v1', 50), target('example-app-v2', 50)],
    },
  ],
});
const plain = bundleApp('a-rather-long-application-name-that-fills-the-line', { notes: ['one weight was left out'] });
const prod = published('prod-cluster-1', [split]);
const edge = published('edge-berlin-042', [split, plain], { generation: 41 });
const state = stateOf(
  [
    enrolledCluster('prod-cluster-1', { labels: { usage: 'production' } }),
    enrolledCluster('edge-berlin-042'),
    enrolledCluster('waiting', { agentKey: null, capabilities: null, reports: false }),
  ],
  [prod, edge],
  {
    guarded: [
      {
        change: digestOf('a change'),
        code: 'MASS_DELETE',
        cluster: 'prod-cluster-1',
        app: 'default/old',
        generation: 8,
        ids: Array.from({ length: 12 }, (_, n) => `apps/Deployment/default/old-${n}`),
        since: '2026-03-01T11:00:00.000Z',
      },
    ],
    problems: [
      {
        code: 'DOCUMENT_INVALID',
        message: 'weight is not a number',
        place: { path: 'apps/web.yaml', line: 12, column: 9 },
        hint: 'write a number from 0 to 100',
        app: 'default/web',
        severity: 'error',
      },
    ],
  },
);
const half = (ready: number, v2: number) => ({
  revisions: [
    { name: 'example-app-v1', ready: 5, desired: 5 },
    { name: 'example-app-v2', ready, desired: 5 },
  ],
  traffic: [
    { revision: 'example-app-v1', weight: 100 - v2 },
    { revision: 'example-app-v2', weight: v2 },
  ],
});
const reports = new Map([
  ['prod-cluster-1', received(reportOf(prod, [settledApp(split, { ...half(5, 50), message: 'Ready:10/10' })]), 3)],
  [
    'edge-berlin-042',
    received(
      reportOf(edge, [
        settledApp(split, { ...half(2, 0), applied: null, phase: 'ready', health: 'Progressing', message: 'testsvc-v2: Ready:2/5' }),
        settledApp(plain, { health: 'Degraded', message: 'Deployment/web: 0 of 1 pods are ready: ImagePullBackOff registry.example/web:broken' }),
      ]),
      75,
    ),
  ],
]);
const view = statusView({ state, reports, now, heartbeat });
const golden = (name: string) => new URL(name, import.meta.url).pathname;

describe('the status of a fleet', () => {
  it.each([
    ['table-80.txt', 80, false],
    ['table-140.txt', 140, false],
    ['wide-140.txt', 140, true],
  ])('reads as in %s', async (name, columns, wide) => {
    const text = statusTable(view, { columns, color: false, wide });
    await expect(text).toMatchFileSnapshot(golden(name));
    const table = text.split('\n').filter((line) => !/^(error|warning)\[/.test(line) && !line.includes(' on 3 clusters'));
    expect(table.filter((line) => line.length > columns)).toEqual([]);
  });

  it('has a stable JSON form', async () => {
    await expect(JSON.stringify(view, null, 2) + '\n').toMatchFileSnapshot(golden('status.json'));
  });

  it('has a YAML form of the same', async () => {
    await expect(yamlText(view)).toMatchFileSnapshot(golden('status.yaml'));
  });

  it('colours the health word alone', () => {
    const coloured = statusTable(view, { columns: 80, color: true, wide: false });
    const plainText = statusTable(view, { columns: 80, color: false, wide: false });
    // eslint-disable-next-line no-control-regex -- that is what is being taken out
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '').replaceAll(/ +$/gm, '')).toBe(plainText);
    expect(coloured).toContain('\u001b[31mDegraded');
  });

  it('can be narrowed to an application or a cluster', () => {
    const of = (filter: { app?: string; cluster?: string }): [StatusView['summary']['rows'], number] => {
      const { summary, clusters } = statusView({ state, reports, now, heartbeat }, filter);
      return [summary.rows, clusters.length];
    };
    expect(of({ app: 'example-app-deploy' })).toEqual([2, 3]);
    expect(of({ app: 'default/example-app-deploy', cluster: 'prod-cluster-1' })).toEqual([1, 1]);
    expect(() => of({ app: 'other/example-app-deploy' })).toThrow('there is no application other/example-app-deploy');
  });
});
