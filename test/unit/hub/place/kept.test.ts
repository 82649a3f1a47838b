import { describe, expect, it } from 'vitest';
import type { PlaceInput } from '../../../../hub/place/types.ts';
import { place } from '../../../../hub/place/place.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { clusters, codes, deployment, placed, target, targets } from '../../../fixtures/hub/placing.ts';
import { historyOf } from '../../../fixtures/hub/rendering.ts';

type Previous = PlaceInput['previous'];

const all = (tier: string) => `{ clusterSelector: { labels: { tier: ${tier} }, pick: all } }`;
const at = (revision: string, ...placements: readonly string[]) =>
  `{ revisionName: ${revision}, placement: [${placements.join(', ')}] }`;
const running = (where: Readonly<Record<string, string>>, unit = 'default/deploy'): Previous =>
  Object.entries(where).map(([cluster, revision]) => ({ unit, cluster, revisions: [revision] }));

/** Where each revision goes: `REVISION@CLUSTER`, sorted. */
function goes(revisions: readonly string[], tiers: Readonly<Record<string, string>>, previous: Previous): string[] {
  const targets = Object.entries(tiers).map(([name, tier]) => target(name, { tier }));
  const { assignments, holds } = placed(deployment(`[${revisions.join(', ')}]`), { targets, previous });
  // Revisions that were never recorded are held where they would go: what counts here is where.
  const held = holds.flatMap(({ cluster }) => (cluster === null ? [] : [`?@${cluster}`]));
  return [...assignments.map(({ revision, cluster }) => `${revision}@${cluster}`), ...held].sort();
}

describe('a placement of a document that does not change', () => {
  const inputOf = (placement: string): PlaceInput => {
    const fleet = fleetOf(deployment(`[${at('app-v1', placement)}]`));
    return { fleet, history: historyOf(fleet), targets, picks: new Map(), previous: [], localCluster: null };
  };

  it.each(['eu-1', 'eu-2'])('goes where it was picked meanwhile: %s', (recorded) => {
    const input = inputOf('{ clusterSelector: { labels: { usage: prod } } }');
    const [key = ''] = place(input).picks.keys();
    expect(clusters(place({ ...input, picks: new Map([[key, [recorded]]]) }))).toEqual([recorded]);
  });

  it('is looked for again where it matched nothing: what runs meanwhile stays', () => {
    const input = inputOf(all('edge'));
    expect(clusters(place(input))).toEqual([]);
    expect(clusters(place({ ...input, previous: running({ 'eu-1': 'app-v1' }) }))).toEqual(['eu-1']);
  });
});

describe('a placement that takes all clusters of its selector', () => {
  it('records nothing', () => {
    const result = placed(
      deployment(`[${at('app-v1', '{ clusterSelector: { labels: { usage: prod }, pick: all } }')}]`),
    );
    expect(clusters(result)).toEqual(['eu-1', 'eu-2']);
    expect([...result.picks]).toEqual([]);
  });

  it('stays where it runs, and says so, when its selector matches none any more', () => {
    const text = deployment(`[${at('app-v1', all('edge'))}]`);
    const targets = [target('a', { tier: 'lab' }), target('b', { tier: 'lab' }), target('c', { tier: 'lab' })];
    const result = placed(text, { targets, previous: running({ a: 'app-v1', b: 'app-v1', gone: 'app-v1' }) });
    expect(clusters(result)).toEqual(['a', 'b']);
    expect(codes(result)).toEqual(['warning PLACEMENT_EMPTY']);
    expect(result.assignments[0]?.notes).toEqual(['app-v1 stays although no cluster matches its selector any more']);
  });

  it.each<[rule: string, revisions: string[], tiers: Record<string, string>, previous: Previous, goes: string[]]>([
    [
      'leaves clusters while others match',
      [at('app-v1', all('edge'))],
      { a: 'edge', b: 'lab' },
      running({ a: 'app-v1', b: 'app-v1' }),
      ['app-v1@a'],
    ],
    ['goes nowhere where it never ran', [at('app-v1', all('edge'))], { a: 'lab' }, [], []],
    [
      'does not take what another deployment runs',
      [at('app-v1', all('edge'))],
      { a: 'lab' },
      running({ a: 'app-v1' }, 'default/other'),
      [],
    ],
    [
      'stays beside a placement that still matches, and does not spread to it',
      [at('app-v1', all('edge')), at('app-v2', all('shop'))],
      { a: 'edge', b: 'lab' },
      running({ a: 'app-v1', b: 'app-v2' }),
      ['app-v1@a', '?@b'],
    ],
    [
      'stays where it was when all placements lost their clusters',
      [at('app-v2', all('edge')), at('app-v1', all('shop'))],
      { a: 'lab', b: 'lab' },
      running({ a: 'app-v2', b: 'app-v1' }),
      ['?@a', 'app-v1@b'],
    ],
    [
      'stays with its new revision where its former one runs',
      [at('app-v1', all('edge'))],
      { a: 'lab' },
      running({ a: 'app-v0' }),
      ['app-v1@a'],
    ],
    [
      'does not follow to clusters that another placement takes',
      [at('app-v1', all('edge')), at('app-v1', all('shop'))],
      { a: 'edge', b: 'lab' },
      running({ a: 'app-v0', b: 'app-v0' }),
      ['app-v1@a', 'app-v1@b'],
    ],
    [
      'of those that lost all, the first takes what runs no listed revision',
      [at('app-v1', all('edge')), at('app-v1', all('shop'))],
      { a: 'lab' },
      running({ a: 'app-v0' }),
      ['app-v1@a'],
    ],
  ])('%s', (_, revisions, tiers, previous, expected) => {
    expect(goes(revisions, tiers, previous)).toEqual([...expected].sort());
  });

  it('comes back to its clusters when they match again', () => {
    const previous = running({ a: 'app-v1', b: 'app-v1' });
    expect(goes([at('app-v1', all('edge'))], { a: 'edge', b: 'edge', c: 'edge' }, previous)).toEqual([
      'app-v1@a',
      'app-v1@b',
      'app-v1@c',
    ]);
  });
});
