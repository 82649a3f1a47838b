import { describe, expect, it } from 'vitest';
import { wrap } from '../../../../hub/status/layout.ts';
import { statusTable } from '../../../../hub/status/table.ts';
import { statusView } from '../../../../hub/status/view.ts';
import type { ReportApp } from '../../../../shared/wire/report.ts';
import {
  bundleApp,
  clusterRecord,
  heartbeat,
  now,
  published,
  received,
  reportOf,
  settledApp,
  stateOf,
} from '../facts.ts';

const name = 'shop-v3';
const app = bundleApp('shop', {
  revisions: [{ name, objects: [] }],
  replicas: [{ id: 'apps/Deployment/default/web-v3', pointer: '/spec/replicas', value: 5, revision: name }],
  traffic: [
    {
      provider: 'istio',
      id: 'networking.istio.io/VirtualService/default/shop',
      targets: [{ rule: 0, revision: name, component: 'web', service: '/Service/default/shop-v3', weight: 100 }],
    },
  ],
});

function tableOf(facts: Partial<ReportApp>, survivors: string[]): string[] {
  const bundle = published('prod', [app]);
  const said = settledApp(app, facts);
  const report = { ...reportOf(bundle, [said]), retired: { settled: [], survivors, unexplained: [] } };
  const view = statusView({
    state: stateOf([clusterRecord('prod')], [bundle]),
    reports: new Map([['prod', received(report)]]),
    now,
    heartbeat,
  });
  return statusTable(view, { columns: 80, color: false, wide: false }).split('\n');
}

const blocked: Partial<ReportApp> = {
  applied: null,
  phase: 'blocked',
  health: 'Degraded',
  message:
    'Ready:0/5 shop-v3 did not become ready in 5 s: Pod/web-v3-0123456789-abcde: ImagePullBackOff: Back-off pulling image "web:v3"',
  revisions: [
    { name, ready: 0, desired: 5 },
    { name: 'shop-v2', ready: 5, desired: 5 },
  ],
  traffic: [{ revision: 'shop-v2', weight: 100 }],
};

describe('the status table of a change that is blocked', () => {
  it('shows that the old revision keeps replicas and traffic, and why', () => {
    expect(tableOf(blocked, [])).toEqual([
      'APPLICATION  CLUSTER  REVISION  READY  TRAFFIC  HEALTH    AGE',
      'shop         prod     shop-v2   5/5    100%>0%  Degraded  2s',
      '                      shop-v3   0/5    0%>100%',
      '  blocked: shop-v3 did not become ready in 5 s: Pod/web-v3-0123456789-abcde:',
      '    ImagePullBackOff: Back-off pulling image "web:v3"',
      expect.stringContaining('1 Degraded'),
      '',
    ]);
  });

  it.each([
    ['says nothing of what is kept for it', blocked, false],
    ['names what could not be deleted once it came to that', { phase: 'delete', applied: null }, true],
  ] as const)('%s', (_, facts, isSaid) => {
    const lines = tableOf(facts, ['/Service/default/shop-v2']);
    expect(lines.includes('cluster prod: 1 object could not be deleted yet')).toBe(isSaid);
  });
});

describe('a text that is broken into lines', () => {
  it.each([
    ['fits', 20, ['  fits']],
    ['one two three four', 10, ['  one two', '    three', '    four']],
    ['a-word-that-is-longer-than-the-line x', 12, ['  a-w\u2026e-line', '    x']],
  ])('%s', (text, width, lines) => {
    expect(wrap(text, width, '  ')).toEqual(lines);
  });
});
