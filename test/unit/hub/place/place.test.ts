import { describe, expect, it } from 'vitest';
import type { Target } from '../../../../hub/model/fleet.ts';
import { tellProblems } from '../../../../hub/model/problems.ts';
import { place } from '../../../../hub/place/place.ts';
import type { Placed, PlaceInput } from '../../../../hub/place/types.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { heldUnits, historyOf } from '../../../fixtures/hub/rendering.ts';

const application = `
kind: Application
metadata: { name: app }
spec: { components: [{ name: web, type: worker, properties: { image: a } }] }
`;
const deployment = (revisions: string): string => `${application}---
kind: ApplicationDeployment
metadata: { name: deploy }
spec: { appRevisions: ${revisions} }
`;
const target = (name: string, labels: Record<string, string> = {}): Target => ({ name, labels, capabilities: null });
const targets = [
  target('eu-1', { usage: 'prod' }),
  target('eu-2', { usage: 'prod' }),
  target('test', { usage: 'test' }),
];

/** Places, with every problem told: those of its holds, too. */
function withProblems(input: PlaceInput): Placed {
  const result = place(input);
  return { ...result, problems: tellProblems([result]) };
}

function placed(text: string, facts: Partial<PlaceInput> & { frozen?: string[] } = {}): Placed {
  const fleet = fleetOf(text, { frozen: facts.frozen ?? [] });
  return withProblems({
    fleet,
    history: historyOf(fleet),
    targets,
    picks: new Map(),
    previous: [],
    localCluster: null,
    ...facts,
  });
}
const clusters = ({ assignments }: Placed): string[] => assignments.map(({ cluster }) => cluster).sort();
const codes = ({ problems }: Placed): string[] => problems.map(({ code, severity }) => `${severity} ${code}`);

describe('place', () => {
  it.each([
    ['labels', '{ labels: { usage: test } }', ['test']],
    ['a name', '{ name: eu-2 }', ['eu-2']],
    ['labels and a name', '{ labels: { usage: prod }, name: eu-2 }', ['eu-2']],
    ['pick: all', '{ labels: { usage: prod }, pick: all }', ['eu-1', 'eu-2']],
    ['a pick of more than there are', '{ labels: { usage: prod }, pick: 5 }', ['eu-1', 'eu-2']],
    ['labels that only a site has', '{ labels: { usage: test, site.sluice.dev/store: "7" } }', ['test']],
  ])('selects clusters by %s', (_case, selector, expected) => {
    const result = placed(deployment(`[{ revisionName: app-v1, placement: [{ clusterSelector: ${selector} }] }]`));
    expect(clusters(result)).toEqual(expected);
    expect(result.problems).toEqual([]);
  });

  it('puts two revisions with one selector on one cluster, and records the pick', () => {
    const twice = deployment(
      '[{ revisionName: app-v1, placement: [{ clusterSelector: { labels: { usage: prod } } }] }]',
    );
    const fleet = fleetOf(
      twice.replace(/\[\{ revisionName.*\]/, (one) => `${one.slice(0, -1)}, ${one.slice(1).replace('v1', 'v2')}`),
    );
    const history = historyOf(fleetOf(application), fleetOf(deployment('[]').replace('image: a', 'image: b')));
    const result = withProblems({ fleet, history, targets, picks: new Map(), previous: [], localCluster: null });
    expect(result.assignments.map(({ revision }) => revision)).toEqual(['app-v1', 'app-v2']);
    expect(new Set(clusters(result)).size).toBe(1);
    expect([...result.picks.values()]).toEqual([[result.assignments[0]!.cluster]]);
  });

  it.each(['eu-1', 'eu-2'])('keeps the recorded pick %s for as long as it matches', (recorded) => {
    const text = deployment(
      '[{ revisionName: app-v1, placement: [{ clusterSelector: { labels: { usage: prod } } }] }]',
    );
    const [key] = [...placed(text).picks.keys()];
    expect(clusters(placed(text, { picks: new Map([[key!, [recorded]]]) }))).toEqual([recorded]);
  });

  it('keeps the last assignment when nothing matches any more, without the labels that are gone', () => {
    const text = deployment(
      '[{ revisionName: app-v1, placement: [{ clusterSelector: { labels: { usage: prod, zone: a, site.sluice.dev/x: "1" } } }] }]',
    );
    const before = placed(text, { targets: [target('eu-1', { usage: 'prod', zone: 'a' })] });
    const result = placed(text, { targets: [target('eu-1', { usage: 'prod' })], picks: before.picks });
    expect(clusters(result)).toEqual(['eu-1']);
    expect(result.assignments[0]!.selector).toEqual({ usage: 'prod', 'site.sluice.dev/x': '1' });
    expect(codes(result)).toEqual(['warning PLACEMENT_EMPTY']);
    expect(result.assignments[0]!.notes).toEqual(['app-v1 stays although no cluster matches its selector any more']);
  });

  it('reports a placement that never matched, and places the others', () => {
    const result = placed(
      deployment(
        '[{ revisionName: app-v1, placement: [{ clusterSelector: { name: nope } }, { clusterSelector: { name: test } }] }]',
      ),
    );
    expect(clusters(result)).toEqual(['test']);
    expect(codes(result)).toEqual(['error PLACEMENT_EMPTY']);
    expect(result.problems[0]!.place).toMatchObject({ path: 'fleet.yaml', line: 8 });
    expect(result.problems[0]!.message).toBe('app-v1: no cluster is named nope');
    expect(result.problems[0]!.hint).toMatch(/^there are .*test.*; see: sluice-hub cluster list$/);
  });

  it('says why a cluster was not chosen', () => {
    const text = deployment(
      '[{ revisionName: app-v1, placement: [{ clusterSelector: { labels: { usage: prod }, name: eu-1 } }] }]',
    );
    expect(placed(text).reasons.map(({ cluster, reason }) => `${cluster}: ${reason}`)).toEqual([
      'eu-2: its name is not eu-1',
      'test: its name is not eu-1',
    ]);
  });

  it('refuses two placements of one revision on one cluster, and leaves there what runs', () => {
    const result = placed(
      deployment(
        '[{ revisionName: app-v1, placement: [{ clusterSelector: { name: test } }, { clusterSelector: { labels: { usage: test } } }] }]',
      ),
    );
    expect(codes(result)).toEqual(['error PLACEMENT_CONFLICT']);
    expect(result.assignments).toEqual([]);
    expect(heldUnits(result.holds)).toEqual([{ unit: 'default/deploy', cluster: 'test' }]);
  });

  it('reports a revision that is not there and keeps what runs in its place', () => {
    const text = deployment('[{ revisionName: app-v7, placement: [{ clusterSelector: { name: test } }] }]');
    const result = placed(text, { previous: [{ unit: 'default/deploy', cluster: 'test' }] });
    expect(codes(result)).toEqual(['error REVISION_NOT_FOUND']);
    expect(result.problems[0]!.hint).toContain('known: app-v1');
    expect(heldUnits(result.holds)).toEqual([{ unit: 'default/deploy', cluster: 'test' }]);
    expect(heldUnits(placed(text).holds)).toEqual([]);
  });

  it.each([
    ['the local cluster', { localCluster: 'test' }, ['test'], []],
    ['none when none is configured', { localCluster: null }, [], ['error LOCAL_CLUSTER_UNSET']],
    ['none when it has not joined', { localCluster: 'far' }, [], ['error PLACEMENT_EMPTY']],
  ])('places without a selector on %s', (_case, facts, expected, problems) => {
    for (const text of [application, deployment('[{ revisionName: app-v1, placement: [{}] }]')]) {
      const result = placed(text, facts);
      expect(clusters(result)).toEqual(expected);
      expect(codes(result)).toEqual(problems);
    }
  });

  it.each(['app.oam.dev/revision-only', 'app.oam.dev/rollout-template'])(
    'only records the revisions of an application with the annotation %s',
    (name) => {
      const text = application.replace('name: app }', `name: app, annotations: { ${name}: "true" } }`);
      expect(placed(text, { localCluster: 'test' }).assignments).toEqual([]);
    },
  );

  it('lets an application wait beside a broken deployment that may name it, unless it runs already', () => {
    const frozen = ['ApplicationDeployment default/deploy'];
    const waiting = placed(application, { localCluster: 'test', frozen });
    expect(waiting.assignments).toEqual([]);
    expect(codes(waiting)).toEqual(['warning DOCUMENT_INVALID']);
    const previous = [{ unit: 'default/app', cluster: 'test' }];
    expect(clusters(placed(application, { localCluster: 'test', frozen, previous }))).toEqual(['test']);
  });

  it('does not make a plain application of what a deployment without revisions may mean, unless it ran so', () => {
    const waiting = placed(deployment('[]'), { localCluster: 'test' });
    expect(waiting.assignments).toEqual([]);
    expect(codes(waiting)).toEqual(['warning DOCUMENT_INVALID']);
    expect(waiting.problems[0]?.message).toBe(
      'default/app waits: ApplicationDeployment default/deploy lists no revision and may mean its revisions',
    );
    const previous = [{ unit: 'default/app', cluster: 'test' }];
    expect(clusters(placed(deployment('[]'), { localCluster: 'test', previous }))).toEqual(['test']);
    const other = deployment('[]').replace('name: deploy', 'name: deploy, namespace: other');
    expect(clusters(placed(other, { localCluster: 'test' }))).toEqual(['test']);
  });

  it('quarantines an application that it falls over, and places the others', () => {
    const selector = '[{ clusterSelector: { name: test } }]';
    const bad = `---
kind: ApplicationDeployment
metadata: { name: bad }
spec: { appRevisions: [{ revisionName: app-v9, placement: ${selector} }] }
`;
    const fleet = fleetOf(deployment(`[{ revisionName: app-v1, placement: ${selector} }]`) + bad);
    const deployments = fleet.deployments.map((sourced) => ({
      ...sourced,
      locate: () => {
        throw new TypeError('z is undefined');
      },
    }));
    const picks = new Map([['default/bad/{"name":"test","pick":"one"}', ['test']]]);
    const facts = { targets, picks, previous: [], localCluster: null };
    const result = withProblems({ fleet: { ...fleet, deployments }, history: historyOf(fleet), ...facts });
    expect(result.assignments).toMatchObject([{ unit: 'default/deploy', cluster: 'test' }]);
    expect(heldUnits(result.holds)).toEqual([{ unit: 'default/bad', cluster: null }]);
    expect(result.problems).toMatchObject([{ code: 'INTERNAL', app: 'default/bad', severity: 'error' }]);
    expect(result.problems[0]?.message).toMatch(/^default\/bad cannot be placed: z is undefined/);
    expect(result.picks.get('default/bad/{"name":"test","pick":"one"}')).toEqual(['test']);
  });
});

describe('what placement holds', () => {
  const selecting = (selector: string, revision = 'app-v1') =>
    deployment(`[{ revisionName: ${revision}, placement: [{ clusterSelector: ${selector} }] }]`);
  const twice = deployment(
    '[{ revisionName: app-v1, placement: [{ clusterSelector: { name: test } }, { clusterSelector: { labels: { usage: test } } }] }]',
  );
  const runs = (unit: string, cluster: string) => ({ previous: [{ unit, cluster }] });
  const broken = { frozen: ['ApplicationDeployment default/deploy'] };

  it.each<[string, string, Parameters<typeof placed>[1], string[]]>([
    ['nothing that it places', selecting('{ name: test }'), {}, []],
    ['nothing for a selector that never matched: its other placements proceed', selecting('{ name: nope }'), {}, []],
    ['a cluster with two placements of one revision', twice, {}, ['default/deploy on test: PLACEMENT_CONFLICT']],
    [
      'a revision that is not there, where the deployment runs',
      selecting('{ labels: { usage: prod }, pick: all }', 'app-v7'),
      runs('default/deploy', 'eu-2'),
      ['default/deploy on eu-2: REVISION_NOT_FOUND'],
    ],
    ['nothing of it where it does not run', selecting('{ name: test }', 'app-v7'), {}, []],
    ['an application without a local cluster', application, {}, ['default/app everywhere: LOCAL_CLUSTER_UNSET']],
    [
      'an application whose local cluster has not joined',
      application,
      { localCluster: 'far' },
      ['default/app everywhere: PLACEMENT_EMPTY'],
    ],
    [
      'an application that a broken deployment may name',
      application,
      { localCluster: 'test', ...broken },
      ['default/app everywhere: DOCUMENT_INVALID'],
    ],
    [
      'nothing of it once it runs',
      application,
      { localCluster: 'test', ...broken, ...runs('default/app', 'test') },
      [],
    ],
  ])('is %s', (_, text, facts, expected) => {
    expect(
      placed(text, facts).holds.map(
        ({ app, cluster, by, problems }) =>
          `${app} ${cluster === null ? 'everywhere' : `on ${cluster}`}: ${by === 'placement' ? (problems?.[0]?.code ?? '') : by}`,
      ),
    ).toEqual(expected);
  });
});
