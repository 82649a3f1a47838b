import { describe, expect, it } from 'vitest';
import { openChannelView } from '../../../../../hub/server/feed/channel-view.ts';
import type { HubKeys } from '../../../../../hub/keys/types.ts';
import { buildList } from '../../../../../hub/publish/freshness.ts';
import { SluiceError } from '../../../../../shared/errors.ts';
import { digestOf } from '../../../../../shared/lib/canonical.ts';
import type { GitObject } from '../../../../../shared/lib/git/object.ts';
import { newSeed, parseSignatures, signerOf } from '../../../../../shared/wire/envelope.ts';
import { freshnessKey, freshnessShard } from '../../../../../shared/wire/freshness.ts';
import { freshRef } from '../../../../../shared/wire/layout.ts';
import { channel, clusterRecord } from '../../../../fixtures/hub/facts.ts';
import { stateOf } from '../../../../fixtures/hub/status.ts';
import { nextBundle } from '../../../../fixtures/hub/store.ts';

describe('the files of a bundle', () => {
  const built = nextBundle('one', null, ['web']);
  const objects = new Map(built.objects.map((object) => [object.oid, object]));
  const repository = { refs: () => new Map<string, string>(), read: (oid: string) => objects.get(oid) ?? null };
  const { digest } = built.bundle.revision.apps[0]!.objects[0]!;
  const found = (registration: string): number => {
    const clusters = new Map([['one', clusterRecord('one', { registration })]]);
    const view = openChannelView(repository, [], () => ({ bundles: new Map([['one', built.bundle]]), clusters }));
    return view.objects('one', [digest]).size;
  };

  it('are for the registration that it was sent to, and not for the next owner of the name', () => {
    expect(found(clusterRecord('one').registration)).toBe(1);
    expect(found('b0000000-0000-4000-8000-000000000001')).toBe(0);
  });

  it('are signed by an envelope that is read from the tree, as long as it is there', () => {
    const view = openChannelView(repository, [], () => stateOf([]));
    const { payload, signatures } = view.revision(built.bundle) ?? { payload: '', signatures: '' };
    expect(digestOf(payload)).toBe(built.bundle.revisionDigest);
    expect(parseSignatures(signatures).signatures[0]?.keyid).toBe(built.bundle.keyid);
    expect(view.revision({ tree: 'e'.repeat(40) })).toBeNull();
  });
});

describe('files that were just committed', () => {
  const built = nextBundle('one', null, ['web', 'api']);
  const { revision } = built.bundle;
  const [web, api] = revision.apps.map(({ objects }) => objects[0]!);
  const learning = (files: ReadonlyMap<string, Uint8Array>) => {
    const state = { bundles: new Map([['one', built.bundle]]), clusters: new Map([['one', clusterRecord('one')]]) };
    const view = openChannelView({ refs: () => new Map(), read: () => null }, [], () => state);
    view.learn([{ cluster: 'one', revision, files }]);
    return view.objects('one', [web!.digest, api!.digest]);
  };

  it('are served without reading the channel again, and no others are', () => {
    expect([...learning(new Map([[web!.path, Buffer.from('the text')]]))]).toEqual([[web!.digest, 'the text']]);
    expect(learning(new Map()).size).toBe(0);
  });
});

describe('the freshness lists of a channel', () => {
  const { registration } = clusterRecord('one');
  const ref = freshRef(freshnessShard(registration));
  const bundles = [nextBundle('one', null, ['web']).bundle];
  const list = buildList(
    { keys: { hub: signerOf(newSeed()) } as HubKeys, clock: { now: () => 0 } },
    { channel, epoch: 1 },
    { shard: freshnessShard(registration), bundles, parent: null },
  );
  const objects = new Map(list.objects.map((object) => [object.oid, object]));
  const viewOf = (read: (oid: string) => GitObject | null, to: string = list.move.to) => {
    const view = openChannelView({ refs: () => new Map([[ref, to]]), read }, [], () => stateOf([]));
    view.refresh();
    return view.freshness(registration);
  };

  it('are shown as they were signed', () => {
    expect(viewOf((oid) => objects.get(oid) ?? null)?.payload).toContain(
      freshnessKey(registration, bundles[0]!.revisionDigest),
    );
  });

  it.each<[how: string, read: (oid: string) => GitObject | null]>([
    ['are lost', () => null],
    ['have lost their files', (oid) => (oid === list.move.to ? (objects.get(oid) ?? null) : null)],
    [
      'are damaged',
      () => {
        throw new SluiceError('PACK_INVALID', 'damaged');
      },
    ],
  ])('are not shown, and keep no hub from starting, where they %s', (_, read) => {
    expect(viewOf(read)).toBeNull();
  });
});
