import { describe, expect, it } from 'vitest';
import { emptyWaves } from '../../../../hub/place/empty-waves.ts';
import { applicationWith, delivered } from '../../../fixtures/hub/delivery.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { codes, deployment, placed, target, targets } from '../../../fixtures/hub/placing.ts';

const withWaves = (waves: readonly object[]): string =>
  applicationWith(`policies:\n  - { name: r, type: rollout, properties: ${JSON.stringify({ waves })} }\n`);
const said = (...waves: object[]) =>
  emptyWaves({ fleet: fleetOf(withWaves(waves)), targets }).map(
    ({ code, severity, message, hint }) => `${severity} ${code} ${message}; ${hint}`,
  );

describe('a wave that says its clusters', () => {
  it.each<[rule: string, clusters: object, more: object]>([
    ['by names that are there', { names: ['eu-1', 'test'] }, {}],
    ['by labels that one has', { labels: { usage: 'test' } }, {}],
    ['by a share', { percent: 5 }, {}],
    ['by labels that only sites set', { labels: { 'site.sluice.dev/hall': 'a' } }, {}],
    ['and may have none', { names: ['tset'], labels: { usage: 'x' } }, { allowEmpty: true }],
  ])('is fine %s', (_, clusters, more) => {
    expect(said({ clusters, ...more })).toEqual([]);
  });

  it('is told of each name that is not there', () => {
    expect(said({ name: 'first', clusters: { names: ['eu-1', 'tset', 'moon'], labels: { usage: 'x' } } })).toEqual([
      'warning REFERENCE_NOT_FOUND there is no cluster tset: the wave first goes without it; did you mean test?',
      'warning REFERENCE_NOT_FOUND there is no cluster moon: the wave first goes without it; see: sluice-hub cluster list',
    ]);
  });

  it('is told of labels that no cluster has, or none of those that it names', () => {
    const [one, two] = said(
      { clusters: { labels: { usage: 'pord' } } },
      { clusters: { names: ['test'], labels: { usage: 'prod' } } },
    );
    expect(one).toMatch(/^warning PLACEMENT_EMPTY no cluster has usage=pord: the wave wave-1 waits; nearest/);
    expect(two).toMatch(/ no cluster has usage=prod of those that it names: the wave wave-2 waits; nearest: test/);
  });
});

describe('the waves of a document', () => {
  const waves = [{ clusters: { names: ['tset'] } }];
  const written = JSON.stringify({ waves });

  it('are looked at in a policy, and what runs goes on', () => {
    const text = withWaves(waves);
    const previous = [{ unit: 'default/app', cluster: 'eu-2' }];
    const { placed: result, problems } = delivered(text, targets, { local: 'eu-1', previous });
    expect(problems.map(({ severity, app, place }) => [severity, app, place?.line])).toEqual([
      ['warning', 'default/app', 8],
    ]);
    expect([result.assignments.length, result.holds]).toEqual([1, []]);
  });

  it('are looked at once for as long as it and the clusters are the same', () => {
    const fleet = fleetOf(withWaves(waves));
    const [first] = emptyWaves({ fleet, targets });
    expect(emptyWaves({ fleet, targets })[0]).toBe(first);
    expect(emptyWaves({ fleet, targets: [...targets, target('tset')] })).toEqual([]);
  });

  it('are looked at in an ApplicationDeployment', () => {
    const text = deployment('[{ revisionName: app-v1, placement: [{}] }]');
    const at = text.lastIndexOf(' }\n');
    const facts = { localCluster: 'eu-1' };
    const waiting = `${text.slice(0, at)}, rollout: ${written}${text.slice(at)}`;
    expect([text, waiting].map((one) => codes(placed(one, facts)))).toEqual([[], ['warning REFERENCE_NOT_FOUND']]);
  });
});
