import { describe, expect, it } from 'vitest';
import type { ClusterSelector } from '../../../../hub/model/documents.ts';
import type { Target } from '../../../../hub/model/fleet.ts';
import { agentSelector, placementKey, selectClusters, selectLocal } from '../../../../hub/place/select.ts';

const target = (name: string, labels: Record<string, string> = {}): Target => ({ name, labels, capabilities: null });
const targets = [target('a', { env: 'prod', zone: 'x' }), target('b', { env: 'prod' }), target('c', { env: 'test' })];
const selector = (change: Partial<ClusterSelector> = {}): ClusterSelector => ({ pick: 'all', ...change });

/** The clusters, then what else there is to say. */
function words(one: ClusterSelector, recorded: readonly string[] = []): string {
  const { clusters, kept, candidates } = selectClusters('ns/d', one, targets, recorded);
  return `${clusters.join(' ')} of ${candidates}${kept ? ', kept' : ''}`;
}

describe('the clusters of a selector', () => {
  const prod = { labels: { env: 'prod' } };
  it.each<[rule: string, selector: ClusterSelector, recorded: readonly string[], words: string]>([
    ['all where it says nothing', selector(), [], 'a b c of 3'],
    ['by labels', selector(prod), [], 'a b of 2'],
    ['by all of its labels', selector({ labels: { env: 'prod', zone: 'x' } }), [], 'a of 1'],
    ['by name', selector({ name: 'c' }), [], 'c of 1'],
    ['by name and labels that do not fit: none', selector({ name: 'c', ...prod }), [], ' of 0'],
    [
      'by a label that only a site can have: the agents decide',
      selector({ labels: { 'site.sluice.dev/store': '7' } }),
      [],
      'a b c of 3',
    ],
    ['of the pick, the recorded one', selector({ ...prod, pick: 'one' }), ['b'], 'b of 2'],
    [
      'of the pick, another one when the recorded one does not match any more',
      selector({ ...prod, pick: 'one' }),
      ['c'],
      `${words(selector({ ...prod, pick: 'one' })).split(' ')[0]} of 2`,
    ],
    ['of a pick of two, the recorded one first', selector({ ...prod, pick: 2 }), ['b'], 'b a of 2'],
    ['of a pick that shrank, the first recorded', selector({ ...prod, pick: 1 }), ['b', 'a'], 'b of 2'],
    ['of a pick of none', selector({ ...prod, pick: 0 }), [], ' of 2'],
    ['of all, every one that matches now, sorted', selector(prod), ['b'], 'a b of 2'],
    ['none matches: the recorded ones stay', selector({ labels: { env: 'gone' } }), ['c', 'left'], 'c of 0, kept'],
    ['none matches, and the recorded one has left', selector({ labels: { env: 'gone' } }), ['left'], ' of 0'],
  ])('%s', (_, one, recorded, expected) => {
    expect(words(one, recorded)).toBe(expected);
  });

  it('have a reason where they are not taken', () => {
    const reasonsOf = (one: ClusterSelector, recorded: readonly string[] = []) =>
      selectClusters('ns/d', one, targets, recorded).reasons.map(({ cluster, reason }) => `${cluster}: ${reason}`);
    expect(reasonsOf(selector({ ...prod, pick: 'one' }), ['b'])).toEqual([
      'a: b was picked',
      'c: it does not have env=prod',
    ]);
    expect(reasonsOf(selector({ name: 'a' }))).toEqual(['b: its name is not a', 'c: its name is not a']);
    expect(reasonsOf(selector())).toEqual([]);
  });
});

describe('the key of a pick', () => {
  it.each<[rule: string, a: ClusterSelector | undefined, b: ClusterSelector | undefined, isSame: boolean]>([
    [
      'does not depend on the order of labels',
      selector({ labels: { a: '1', b: '2' } }),
      selector({ labels: { b: '2', a: '1' } }),
      true,
    ],
    ['depends on a label', selector({ labels: { a: '1' } }), selector({ labels: { a: '2' } }), false],
    ['depends on how many are picked', selector({ pick: 1 }), selector({ pick: 2 }), false],
    ['is another one without a selector', selector(), undefined, false],
  ])('%s', (_, a, b, isSame) => {
    expect(placementKey('ns/d', a) === placementKey('ns/d', b)).toBe(isSame);
    expect(placementKey('ns/d', a)).not.toBe(placementKey('ns/e', a));
  });
});

describe('the local cluster', () => {
  it.each<
    [rule: string, localCluster: string | null, recorded: readonly string[], clusters: readonly string[], kept: boolean]
  >([
    ['is the configured one', 'b', ['a'], ['b'], false],
    ['is none while it has not joined', 'new', ['a'], [], false],
    ['stays where it was when none is configured', null, ['a'], ['a'], true],
    ['is none when that has left', null, ['left'], [], false],
    ['is none when none ever was', null, [], [], false],
  ])('%s', (_, localCluster, recorded, clusters, kept) => {
    const selection = selectLocal({ localCluster, targets }, 'ns/d/local', recorded);
    expect([selection.clusters, selection.kept]).toEqual([clusters, kept]);
    expect(selection.reasons.map(({ cluster }) => cluster)).toEqual(
      ['a', 'b', 'c'].filter((name) => !clusters.includes(name)),
    );
  });
});

describe('what an agent checks', () => {
  it.each<[rule: string, labels: Record<string, string> | undefined, checked: Record<string, string>]>([
    ['is nothing without a selector', undefined, {}],
    ['are the labels that the hub knows of its cluster', { env: 'prod', zone: 'x' }, { env: 'prod', zone: 'x' }],
    [
      'is not a label that its cluster lost: it stays although nothing matches',
      { env: 'gone', zone: 'x' },
      { zone: 'x' },
    ],
    [
      'is a label of the site, which the hub cannot know',
      { 'site.sluice.dev/store': '7' },
      { 'site.sluice.dev/store': '7' },
    ],
  ])('%s', (_, labels, checked) => {
    const asked = () => agentSelector(labels && selector({ labels }), targets[0]!);
    expect(asked()).toEqual(checked);
    // Many clusters are asked for the same, which is one value.
    expect(asked()).toBe(asked());
  });
});
