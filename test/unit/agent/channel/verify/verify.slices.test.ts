import { describe, expect, it } from 'vitest';
import { verify } from '../../../../../agent/channel/verify/verify.ts';
import type { KubeObject } from '../../../../../shared/model/object.ts';
import { payloadTypes } from '../../../../../shared/wire/envelope.ts';
import * as made from '../../../../fixtures/agent/bundle.ts';

const objects = Array.from({ length: 4_000 }, (_, index): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `c${index}`, namespace: 'shop' },
  data: Object.fromEntries(Array.from({ length: 40 }, (__, key) => [`key-${key}`, `value ${index} ${key}`])),
}));

describe('a bundle of 4,000 objects', () => {
  it('is proved in slices, between which the agent renews its Lease and follows its watches', async () => {
    const files = made.objectFiles(objects);
    const app = made.appOf(objects, { replicas: [], traffic: [], revisions: [] });
    const revision = made.revisionOf([app], files);
    const snapshot = made.snapshotOf({ revision: made.signed(payloadTypes.revision, revision, made.keys.hub), files });
    const trust = { mark: null, rootVersion: 0, timeFloor: 0, previous: null };
    let turns = 0;
    // Timers that are due run between two slices.
    const count = setInterval(() => (turns += 1), 0);
    const bundle = await verify({ snapshot, identity: made.identity, trust, now: made.noon });
    clearInterval(count);
    expect(bundle.revision.apps[0]?.objects.length).toBe(objects.length);
    expect(turns).toBeGreaterThan(5);
  });
});
