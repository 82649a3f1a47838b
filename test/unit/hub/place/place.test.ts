import { describe, expect, it } from 'vitest';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import {
  application,
  clusters,
  codes,
  deployment,
  placed,
  targets,
  withProblems,
} from '../../../fixtures/hub/placing.ts';
import { heldUnits, historyOf } from '../../../fixtures/hub/rendering.ts';

describe('place', () => {
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
    const previous = [{ unit: 'default/app', cluster: 'test', revisions: [] }];
    expect(clusters(placed(application, { localCluster: 'test', frozen, previous }))).toEqual(['test']);
  });

  it('does not make a plain application of what a deployment without revisions may mean, unless it ran so', () => {
    const waiting = placed(deployment('[]'), { localCluster: 'test' });
    expect(waiting.assignments).toEqual([]);
    expect(codes(waiting)).toEqual(['warning DOCUMENT_INVALID']);
    expect(waiting.problems[0]?.message).toBe(
      'default/app waits: ApplicationDeployment default/deploy lists no revision and may mean its revisions',
    );
    const previous = [{ unit: 'default/app', cluster: 'test', revisions: [] }];
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
  const runs = (unit: string, cluster: string) => ({ previous: [{ unit, cluster, revisions: ['app-v1'] }] });
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
