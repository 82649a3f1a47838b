import { describe, expect, it } from 'vitest';
import { openChannelView } from '../../../../../hub/server/feed/channel-view.ts';
import { clusterRecord } from '../../../../fixtures/hub/facts.ts';
import { nextBundle } from '../../../../fixtures/hub/store.ts';

describe('the files of a bundle', () => {
  const built = nextBundle('one', null, ['web']);
  const objects = new Map(built.objects.map((object) => [object.oid, object]));
  const channel = { refs: () => new Map<string, string>(), read: (oid: string) => objects.get(oid) ?? null };
  const { digest } = built.bundle.revision.apps[0]!.objects[0]!;
  const found = (registration: string): number => {
    const clusters = new Map([['one', clusterRecord('one', { registration })]]);
    const view = openChannelView(channel, [], () => ({ bundles: new Map([['one', built.bundle]]), clusters }));
    return view.objects('one', [digest]).size;
  };

  it('are for the registration that it was sent to, and not for the next owner of the name', () => {
    expect(found(clusterRecord('one').registration)).toBe(1);
    expect(found('b0000000-0000-4000-8000-000000000001')).toBe(0);
  });
});
