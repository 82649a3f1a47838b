import { describe, expect, it } from 'vitest';
import { channelCommit } from '../../../../hub/model/channel-commit.ts';
import type { PublishedBundle } from '../../../../hub/model/published-bundle.ts';
import { behind, isAhead, moveOf, positionOf } from '../../../../hub/publish/refs.ts';
import { clusterRef } from '../../../../shared/wire/layout.ts';
import { published, stateOf } from '../../../fixtures/hub/status.ts';

const parent = 'a'.repeat(40);
const stranger = 'b'.repeat(40);
const former = 'e'.repeat(40);
const bare = published('one', []);
const bundle: PublishedBundle = { ...bare, parent, commit: channelCommit(bare, parent).oid };
const recreated = channelCommit(bundle, null).oid;
const cut: PublishedBundle = { ...bundle, commit: recreated };
const at = (oid: string | null, one = bundle) =>
  positionOf(one, new Map(oid === null ? [] : [[clusterRef('one'), oid]]));

describe('the ref of a bundle', () => {
  it.each<[rule: string, oid: string | null, one: PublishedBundle, kind: string]>([
    ['is at its bundle', bundle.commit, bundle, 'there'],
    ['is at its bundle, made again without a parent', recreated, bundle, 'there'],
    ['is at the bundle before it', parent, bundle, 'move'],
    ['is at what it replaced', former, { ...bundle, parent: null, replaced: former }, 'move'],
    ['is at the bundle before a cut', parent, cut, 'move'],
    ['is at its bundle at a cut', recreated, cut, 'there'],
    ['is at a cut on top of what a host keeps', bundle.commit, cut, 'there'],
    ['is not there', null, bundle, 'move'],
    ['is where nothing recorded it', stranger, bundle, 'diverged'],
  ])('%s', (_, oid, one, kind) => {
    expect(at(oid, one).kind).toBe(kind);
  });

  it('moves on from the bundle before it, to a commit with that parent', () => {
    const position = at(parent);
    if (position.kind !== 'move') throw new Error(position.kind);
    expect(moveOf(bundle, position)).toEqual({ ref: clusterRef('one'), from: parent, to: bundle.commit });
  });

  it('leaves the bundle before it for a commit without a parent at a cut', () => {
    const position = at(parent, cut);
    expect(position).toMatchObject({ kind: 'move', from: parent, by: 'cut', commit: { oid: recreated } });
  });

  it('is made again without a parent where it was lost', () => {
    const position = at(null);
    if (position.kind !== 'move') throw new Error(position.kind);
    expect(moveOf(bundle, position)).toEqual({ ref: clusterRef('one'), from: null, to: recreated });
  });
});

describe('a signed bundle is ahead of the ledger', () => {
  const state = stateOf([], [bundle]);
  const shown = { ...bundle.revision, generation: 8 };
  it.each<[rule: string, change: Partial<typeof shown>, isAhead: boolean]>([
    ['by a higher generation', {}, true],
    ['not by the same generation', { generation: 7 }, false],
    ['by any generation of a cluster that it does not know', { cluster: 'new', generation: 1 }, true],
    ['not by a bundle of another epoch', { epoch: 2 }, false],
    ['not by a bundle of another channel', { channel: 'other' }, false],
  ])('%s', (_, change, expected) => {
    expect(isAhead({ ...shown, ...change }, state)).toBe(expected);
  });

  it('which says the generation, the cluster, and where to read on', () => {
    expect(behind('one', 8)).toMatchObject({
      code: 'LEDGER_BEHIND',
      message: 'generation 8 was published, and the ledger does not know it',
      data: { subject: 'one', hint: expect.stringContaining('docs/operations.md') as unknown },
    });
  });
});
