import { describe, expect, it } from 'vitest';
import type { StatusView } from '../../../../hub/api/status.ts';
import type { State } from '../../../../hub/model/state.ts';
import { changeLine, statusTable } from '../../../../hub/status/table.ts';
import { statusView } from '../../../../hub/status/view.ts';
import type { ObjectProblem, ReportApp } from '../../../../shared/wire/report.ts';
import {
  bundleApp,
  enrolledCluster,
  heartbeat,
  now,
  published,
  received,
  reportOf,
  settledApp,
  stateOf,
} from '../../../fixtures/hub/status.ts';

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

function tableOf(facts: Partial<ReportApp>, survivors: string[], reasons: readonly ObjectProblem[] = []): string[] {
  return statusTable(viewOf(facts, survivors, reasons), { columns: 80, color: false, wide: false }).split('\n');
}

function viewOf(facts: Partial<ReportApp>, survivors: string[], reasons: readonly ObjectProblem[] = []): StatusView {
  const bundle = published('prod', [app]);
  const said = settledApp(app, facts);
  const report = { ...reportOf(bundle, [said]), retired: { settled: [], survivors, unexplained: [], reasons } };
  return statusView({
    state: stateOf([enrolledCluster('prod')], [bundle]),
    reports: new Map([['prod', received(report)]]),
    now,
    heartbeat,
  });
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

describe('the status table of a healthy application', () => {
  it('says nothing of what is plain, and what is left for people to do', () => {
    const healthy = (message: string) => tableOf({ message, revisions: [{ name, ready: 5, desired: 5 }] }, []);
    expect(healthy('Ready:5/5').filter((line) => line.startsWith('  '))).toEqual([]);
    const remark = 'StatefulSet/db: 1 pod runs the old template until it is deleted (OnDelete)';
    expect(healthy(`Ready:5/5 ${remark}`).filter((line) => line.startsWith('  '))).toEqual([`  ${remark}`]);
  });
});

describe('the status table of a change that is blocked', () => {
  it('shows that the old revision keeps replicas and traffic, and why', () => {
    expect(tableOf(blocked, [])).toEqual([
      'APPLICATION  CLUSTER  REVISION  READY  TRAFFIC  HEALTH    SINCE',
      'shop         prod     shop-v2   5/5    100%>0%  Degraded  -',
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

  it('names what another application waits to delete, with what it waits for', () => {
    const reasons = [{ id: '/ConfigMap/default/held', code: 'KEPT', message: 'waiting for x.example.com/hold' }];
    const survivors = ['/ConfigMap/default/held', '/Service/default/shop-v2'];
    expect(tableOf(blocked, survivors, reasons)).toEqual(
      expect.arrayContaining([
        'cluster prod: 1 object could not be deleted yet',
        '  /ConfigMap/default/held: waiting for x.example.com/hold',
      ]),
    );
  });
});

describe('the status table of a change on its way', () => {
  it('says what is being done, and to what', () => {
    const message = 'Ready:1/2 ConfigMap/settings: not there';
    const lines = tableOf({ applied: null, phase: 'scale-up', health: 'Progressing', message }, []);
    expect(lines[2]).toBe('  adding what is new: ConfigMap/settings: not there');
  });
});

describe('the status table of an Ingress', () => {
  const targets = [{ rule: 0, revision: name, component: 'web', service: '/Service/default/shop', weight: 100 }];
  const traffic = [{ provider: 'ingress' as const, id: 'networking.k8s.io/Ingress/default/shop', targets }];
  const bundle = published('prod', [bundleApp('shop', { ...app, traffic })]);
  const line = (facts: Partial<ReportApp> | null) => {
    const reports = new Map(
      facts === null ? [] : [['prod', received(reportOf(bundle, [settledApp(bundle.revision.apps[0]!, facts)]))]],
    );
    const view = statusView({ state: stateOf([enrolledCluster('prod')], [bundle]), reports, now, heartbeat });
    return statusTable(view, { columns: 80, color: false, wide: false }).split('\n')[1];
  };

  it('names what carries the traffic, where there are no weights to show', () => {
    expect(line({})).toMatch(/^shop +prod +shop-v3 +1\/1 +ingress +Healthy/);
  });

  it('says nothing of it before somebody has seen it, and while it is not there', () => {
    expect(line(null)).toMatch(/^shop +prod +shop-v3 +\?\/5 +- +Unknown/);
    const problems = [{ id: traffic[0]!.id, code: 'OBJECT_REJECTED', message: 'no' }];
    expect(line({ applied: null, phase: 'scale-up', problems })).toMatch(/^shop +prod +shop-v3 +1\/1 +- /);
  });
});

describe('the labels of a cluster', () => {
  const bundle = published('prod', [app]);
  const labelsWith = (documents: State['documents']) => {
    const state = stateOf([enrolledCluster('prod', { labels: { from: 'join' } })], [bundle], { documents });
    return statusView({ state, reports: new Map(), now, heartbeat }).clusters[0]?.labels;
  };
  const document = (name: string, metadata: object) => ({
    kind: 'Cluster',
    key: `default/${name}`,
    place: { path: 'a.yaml', line: 1, column: 1 },
    value: { kind: 'Cluster', metadata: { name, ...metadata } },
    missing: null,
  });

  it('are those of its document where there is one, as for placement', () => {
    expect(labelsWith([document('other', { labels: { from: 'other' } })])).toEqual({ from: 'join' });
    expect(labelsWith([document('prod', { labels: { from: 'document' } })])).toEqual({ from: 'document' });
    expect(labelsWith([document('prod', {})])).toEqual({});
  });
});

describe('what a cluster keeps', () => {
  const bundle = published('prod', [app]);
  const linesOf = (retired: ReturnType<typeof reportOf>['retired'], record = {}) => {
    const report = { ...reportOf(bundle, [settledApp(app)]), retired };
    const state = stateOf([enrolledCluster('prod', record)], [bundle]);
    const view = statusView({ state, reports: new Map([['prod', received(report)]]), now, heartbeat });
    const lines = statusTable(view, { columns: 100, color: false, wide: false }).split('\n');
    return lines.filter((text) => /^(cluster| {2}\/)/.test(text));
  };
  const id = '/ConfigMap/default/theirs';

  it('although it is retired comes with the reason', () => {
    const reasons = [{ id, code: 'KEPT', message: 'its owner annotation is not ours any more; it was not touched' }];
    expect(linesOf({ settled: [], survivors: [id], unexplained: [], reasons })).toEqual([
      'cluster prod: 1 object could not be deleted yet',
      '  /ConfigMap/default/theirs: its owner annotation is not ours any more; it was not touched',
    ]);
  });

  it('because it leaves is explained', () => {
    const kept = { settled: [], survivors: [], unexplained: [id] };
    expect(linesOf(kept)).toEqual(['cluster prod: keeps 1 object that is neither wanted nor retired']);
    expect(linesOf(kept, { decommission: 'orphan' })).toEqual([
      'cluster prod: leaving, and keeps 1 object as it was told to',
    ]);
    expect(linesOf({ ...kept, unexplained: [] }, { decommission: 'delete' })).toEqual(['cluster prod: leaving']);
  });
});

describe('the status table of what an agent makes up', () => {
  const spoof = '\u001b]0;x\u0007\u001b[2J\nweb prod Healthy\u009b8m\u202e';

  it('shows it within its own line, and obeys none of it', () => {
    const { applications, clusters, ...view } = viewOf(blocked, []);
    const hostile: StatusView = {
      ...view,
      applications: applications.map((row) => ({
        ...{ ...row, message: spoof, notes: [spoof] },
        revisions: row.revisions.map((revision) => ({ ...revision, name: spoof })),
      })),
      clusters: clusters.map((cluster) => ({
        ...cluster,
        conditions: [{ type: spoof, reason: spoof, message: spoof, since: spoof }],
      })),
    };
    const shown = statusTable(hostile, { columns: 200, color: false, wide: true });
    expect(shown).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    expect(shown.split('\n').filter((line) => line.startsWith('web'))).toEqual([]);
    expect(shown).toContain('\\u001b]0;x\\u0007\\u001b[2J web prod Healthy\\u009b8m\\u202e');
    const [row] = hostile.applications;
    expect(changeLine(row!, '12:00:00')).not.toMatch(/\p{Cc}/u);
  });
});

describe('the table of a large fleet', () => {
  const names = Array.from({ length: 51 }, (_, at) => `site-${String(at).padStart(2, '0')}`);
  const bundles = names.map((one) => published(one, [app]));
  const reports = new Map(
    bundles.map((bundle, at) => [
      bundle.cluster,
      received(reportOf(bundle, [settledApp(app, at === 7 ? { health: 'Degraded', message: 'no image' } : {})])),
    ]),
  );
  const view = statusView({
    state: stateOf(
      names.map((one) => enrolledCluster(one)),
      bundles,
    ),
    reports,
    now,
    heartbeat,
  });
  const style = { columns: 80, color: false, wide: false };
  const lines = (given: StatusView, more = {}) => statusTable(given, { ...style, ...more }).split('\n');

  it('has one line an application, then the rows that need attention', () => {
    const shown = lines(view);
    expect(shown.filter((line) => line !== '').map((line) => line.split(/ {2,}/).slice(0, 5))).toEqual([
      ['APPLICATION', 'CLUSTERS', 'HEALTHY', 'WORST', 'NOT HEALTHY'],
      ['shop', '51', '50', 'Degraded', '1 Degraded'],
      ['APPLICATION', 'CLUSTER', 'REVISION', 'READY', 'TRAFFIC'],
      ['shop', 'site-07', name, '1/1', '-'],
      ['', 'no image'],
      ['every row: --all; those of one application or cluster: status APP, --cluster NAME'],
      ['1 application on 51 clusters at 0123456789ab: 50 Healthy, 1 Degraded'].map((line) =>
        line.replace('0123456789ab', view.source?.commit.slice(0, 12) ?? ''),
      ),
    ]);
  });

  it.each<[string, StatusView, object]>([
    ['all are asked for', view, { all: true }],
    ['digests are shown, too', view, { wide: true }],
    ['a screen has room for them', { ...view, applications: view.applications.slice(0, 50) }, {}],
  ])('has every row where %s', (_, given, more) => {
    const shown = lines(given, more).filter((line) => line.includes('site-'));
    expect(shown).toHaveLength(given.applications.length);
  });
});

describe('what is held', () => {
  it('is one line for an application on many clusters, with how many', () => {
    const holds = ['c1', 'c2', 'c3', 'c4', 'c5'].map((cluster) => ({
      app: 'default/shop',
      cluster,
      by: 'delivery' as const,
      reason: 'shop#2 has not reached it yet',
      since: new Date(now - 60_000).toISOString(),
    }));
    const view = statusView({ state: stateOf([]), reports: new Map(), holds, now, heartbeat });
    const lines = statusTable(view, { columns: 120, color: false, wide: false }).split('\n');
    expect(lines.filter((line) => line.startsWith('held'))).toEqual([
      'held default/shop on c1, c2, c3 and 2 more for 60s: shop#2 has not reached it yet',
    ]);
  });
});
