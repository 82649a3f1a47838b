import { describe, expect, it } from 'vitest';
import type { PublishedBundle } from '../../../../../hub/model/published-bundle.ts';
import { channelCommit } from '../../../../../hub/model/channel-commit.ts';
import { visibleTo } from '../../../../../hub/server/routes/git.ts';
import { freshnessShard } from '../../../../../shared/wire/freshness.ts';
import { clusterRef, freshRef, mainRef } from '../../../../../shared/wire/layout.ts';
import { clusterRecord } from '../../../../fixtures/hub/facts.ts';
import { published } from '../../../../fixtures/hub/status.ts';

const oid = (digit: string): string => digit.repeat(40);
const record = clusterRecord('one', { registration: 'b0000000-0000-4000-8000-000000000001' });
const bundle: PublishedBundle = {
  ...published('one', [], { registration: record.registration }),
  commit: oid('1'),
  parent: oid('2'),
  replaced: oid('3'),
};
const ref = clusterRef('one');
const agent = { kind: 'agent', record } as const;

describe('the refs that an agent may read', () => {
  it.each<[string, string, string, boolean]>([
    ['the root documents', mainRef, oid('9'), true],
    ['its freshness list', freshRef(freshnessShard(record.registration)), oid('9'), true],
    ['its bundle', ref, oid('1'), true],
    ['its bundle that was made again', ref, channelCommit(bundle, null).oid, true],
    ['the bundle before, while the ref is not moved yet', ref, oid('2'), true],
    ['the bundle of the former owner of its name, while the ref is not moved yet', ref, oid('3'), false],
    ['a commit that nothing recorded', ref, oid('4'), false],
    ['the bundle of another cluster', clusterRef('two'), oid('1'), false],
  ])('%s', (_, name, at, isVisible) => {
    expect(visibleTo(agent, { bundles: new Map([['one', bundle]]) })(name, at)).toBe(isVisible);
  });

  it('leave out the bundle of its name before its own registration was sent one', () => {
    const former = { ...bundle, ...published('one', []) };
    expect(visibleTo(agent, { bundles: new Map([['one', former]]) })(ref, former.commit)).toBe(false);
  });
});
