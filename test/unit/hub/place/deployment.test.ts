import { describe, expect, it } from 'vitest';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import {
  application,
  clusters,
  codes,
  deployment,
  placed,
  target,
  targets,
  withProblems,
} from '../../../fixtures/hub/placing.ts';
import { heldUnits, historyOf } from '../../../fixtures/hub/rendering.ts';

describe('the placements of a deployment', () => {
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
    const result = placed(text, { previous: [{ unit: 'default/deploy', cluster: 'test', revisions: ['app-v1'] }] });
    expect(codes(result)).toEqual(['error REVISION_NOT_FOUND']);
    expect(result.problems[0]!.hint).toContain('known: app-v1');
    expect(heldUnits(result.holds)).toEqual([{ unit: 'default/deploy', cluster: 'test' }]);
    expect(heldUnits(placed(text).holds)).toEqual([]);
  });
});

describe('an assignment of a deployment', () => {
  const assigned = (placement: string, facts: Parameters<typeof placed>[1] = {}) =>
    placed(deployment(`[{ revisionName: app-v1, placement: [${placement}] }]`), facts);
  const eu1 = 'clusterSelector: { name: eu-1 }';

  it.each<[rule: string, placement: string, replicas: number | undefined]>([
    ['the replicas of its placement', `{ ${eu1}, distribution: { replicas: 3 } }`, 3],
    ['none: zero is a number', `{ ${eu1}, distribution: { replicas: 0 } }`, 0],
    ['those of its component', `{ ${eu1} }`, undefined],
  ])('has %s', (_, placement, replicas) => {
    expect(assigned(placement).assignments[0]?.replicas).toBe(replicas);
    expect('replicas' in (assigned(placement).assignments[0] ?? {})).toBe(replicas !== undefined);
  });

  it('has a note where its pick is not recorded, and others might be picked', () => {
    const pick = '{ clusterSelector: { labels: { usage: prod } } }';
    const notes = (facts: object) => assigned(pick, facts).assignments.flatMap((one) => one.notes);
    expect(notes({ provisional: true })).toEqual(["app-v1: the pick is provisional, the hub's recorded pick wins"]);
    expect(notes({})).toEqual([]);
    expect(assigned(`{ ${eu1} }`, { provisional: true }).assignments[0]?.notes).toEqual([]);
  });

  it.each<[rule: string, facts: Parameters<typeof placed>[1], clusters: string[], problems: string[]]>([
    ['goes to the local cluster', { localCluster: 'test' }, ['test'], []],
    [
      'goes nowhere where none is configured',
      {},
      [],
      [
        'error LOCAL_CLUSTER_UNSET app-v1: a placement without clusterSelector means the local cluster, and none is configured',
      ],
    ],
    [
      'goes nowhere while the local cluster has not joined',
      { localCluster: 'new' },
      [],
      ['error PLACEMENT_EMPTY app-v1: the local cluster new has not joined'],
    ],
    [
      'stays where it is, although none is configured any more',
      { picks: new Map([['default/deploy/local', ['eu-2', 'gone']]]) },
      ['eu-2'],
      [
        'warning LOCAL_CLUSTER_UNSET app-v1: a placement without clusterSelector means the local cluster, and none is configured; it stays on eu-2',
      ],
    ],
  ])('of a placement without a selector %s', (_, facts, on, problems) => {
    const result = assigned('{}', facts);
    expect(clusters(result)).toEqual(on);
    expect(result.problems.map(({ severity, code, message }) => `${severity} ${code} ${message}`)).toEqual(problems);
  });

  it('has its problem at its selector, or at the placement where there is none', () => {
    const columnOf = (placement: string) => assigned(placement).problems[0]?.place?.column ?? 0;
    const text = deployment('[{ revisionName: app-v1, placement: [{}] }]')
      .split('\n')
      .find((line) => line.includes('revisionName'));
    expect(columnOf('{}')).toBe((text?.indexOf('{}') ?? 0) + 1);
    expect(columnOf('{ clusterSelector: { name: none } }')).toBeGreaterThan(columnOf('{}'));
  });
});
