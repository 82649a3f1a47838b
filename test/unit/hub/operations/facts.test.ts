import { describe, expect, it } from 'vitest';
import { hubFactsOf, listBundles, stateOfFacts } from '../../../../hub/operations/facts.ts';
import { revisionRecord } from '../../../fixtures/hub/facts.ts';
import { seen } from '../../../fixtures/hub/ledger.ts';
import { enrolledCluster, published, stateOf } from '../../../fixtures/hub/status.ts';

const revisions = {
  revisions: new Map([['default/web', [revisionRecord('default/web', 1)]]]),
  newest: new Map([['default/web', 'web-v1']]),
};
const sized = (name: string, objects: number) =>
  published(name, [], { bundle: { digest: `sha256:${'0'.repeat(64)}`, objects, bytes: 0 } });
const state = stateOf(
  [enrolledCluster('a', { token: { publicKey: 'T', expires: 'e' } })],
  [sized('c', 1_500), sized('a', 400), sized('b', 1_600)],
  {
    documents: [seen('default/web')],
    revisions,
    picks: new Map([['__proto__', ['a']]]),
  },
);
const parts = { state: () => state, localCluster: 'a' };

describe('the facts of a hub', () => {
  it('have no key and no token', () => {
    const { clusters, ...facts } = hubFactsOf(parts);
    expect(clusters).toMatchObject([{ name: 'a', agentKey: null, token: null }]);
    expect(JSON.stringify(facts)).not.toContain('agentKey');
  });

  it('are the state again on the other side, after their way as JSON', () => {
    const { bundles } = listBundles(parts, {});
    const told = JSON.parse(JSON.stringify({ facts: hubFactsOf(parts), bundles })) as {
      facts: ReturnType<typeof hubFactsOf>;
      bundles: typeof bundles;
    };
    const { clusters, bundles: read, ...rest } = stateOfFacts(told.facts, told.bundles);
    expect(rest).toEqual({
      channel: state.channel,
      epoch: 1,
      source: state.source,
      documents: state.documents,
      revisions,
      picks: state.picks,
      guarded: [],
      approvals: [],
      problems: [],
    });
    expect([...clusters.keys()]).toEqual(['a']);
    expect(read.get('a')?.revision).toEqual(state.bundles.get('a')?.revision);
  });
});

describe('the bundles of a hub', () => {
  const page = (after?: string) => {
    const { bundles, next } = listBundles(parts, after === undefined ? {} : { after });
    return [bundles.map(({ cluster }) => cluster), next];
  };

  it.each<[after: string | undefined, names: readonly string[], next: string | null]>([
    [undefined, ['a', 'b'], 'b'],
    ['a', ['b'], 'b'],
    ['b', ['c'], null],
    ['bb', ['c'], null],
    ['c', [], null],
  ])('after %j are a page by name', (after, names, next) => {
    expect(page(after)).toEqual([names, next]);
  });

  it('are one at least on a page, however large it is', () => {
    const large = { state: () => stateOf([], [sized('a', 4_000), sized('b', 1)]) };
    expect(listBundles(large, {})).toMatchObject({ bundles: [{ cluster: 'a' }], next: 'a' });
  });
});
