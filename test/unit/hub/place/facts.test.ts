import { describe, expect, it } from 'vitest';
import type { Target } from '../../../../hub/model/fleet.ts';
import { placementFacts } from '../../../../hub/place/facts.ts';
import { place } from '../../../../hub/place/place.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { historyOf } from '../../../fixtures/hub/rendering.ts';
import { enrolledCluster, published, stateOf } from '../../../fixtures/hub/status.ts';

const text = (selector: string): string => `
kind: Application
metadata: { name: app }
spec: { components: [{ name: web, type: worker, properties: { image: a } }] }
---
kind: ApplicationDeployment
metadata: { name: deploy }
spec: { appRevisions: [{ revisionName: app-v1, placement: [{ clusterSelector: ${selector} }] }] }
`;
const target = (name: string, usage: string): Target => ({ name, labels: { usage }, capabilities: null });

/** What is lost by labels, by the labels of now and those that the bundle of cluster `a` has. */
function lost(selector: string, now: string, before: string | null, registration?: string): string[] {
  const fleet = fleetOf(text(selector));
  const input = {
    fleet,
    history: historyOf(fleet),
    targets: [target('a', now), target('b', 'prod')],
    picks: new Map<string, string[]>(),
    previous: [],
    localCluster: null,
  };
  const bundle = published('a', [], { labels: { usage: before ?? '' } });
  const record = enrolledCluster('a', registration === undefined ? {} : { registration });
  const facts = placementFacts(input, place(input), stateOf([record], before === null ? [] : [bundle]));
  expect([...facts.documents].sort()).toEqual(['default/app', 'default/deploy']);
  return [...facts.lostByLabels];
}

describe('what is lost by labels', () => {
  it.each<[string, string[], Parameters<typeof lost>]>([
    ['nothing while labels stay', [], ['{ labels: { usage: prod }, pick: all }', 'prod', 'prod']],
    [
      'a cluster whose labels do not match any more',
      ['default/deploy a'],
      ['{ labels: { usage: prod }, pick: all }', 'test', 'prod'],
    ],
    ['nothing that never matched', [], ['{ labels: { usage: prod }, pick: all }', 'test', 'test']],
    ['nothing that the document does not select, whatever the labels were', [], ['{ name: b }', 'test', 'prod']],
    ['nothing of a cluster that was sent nothing', [], ['{ labels: { usage: prod }, pick: all }', 'test', null]],
    [
      'nothing of a former registration',
      [],
      ['{ labels: { usage: prod }, pick: all }', 'test', 'prod', '33333333-3333-4333-8333-333333333333'],
    ],
  ])('is %s', (_, expected, args) => {
    expect(lost(...args)).toEqual(expected);
  });

  it('is told of the bundles of now, also where those before had the labels of now', () => {
    const fleet = fleetOf(text('{ labels: { usage: prod }, pick: all }'));
    const targets = [target('a', 'test'), target('b', 'prod')];
    const input = { fleet, history: historyOf(fleet), targets, picks: new Map(), previous: [], localCluster: null };
    const { clusters } = stateOf([enrolledCluster('a'), enrolledCluster('b')]);
    const placed = place(input);
    const at = (usage: string) => {
      const bundles = new Map([['a', published('a', [], { labels: { usage } })]]);
      return [...placementFacts(input, placed, { bundles, clusters }).lostByLabels];
    };
    expect([at('test'), at('test'), at('prod'), at('prod'), at('test')]).toEqual([
      ...[[], []],
      ...[['default/deploy a'], ['default/deploy a']],
      [],
    ]);
  });
});
