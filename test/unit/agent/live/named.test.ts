import { describe, expect, it } from 'vitest';
import { followNamed } from '../../../../agent/live/named.ts';
import { configMap } from '../../../fixtures/agent/apps.ts';
import { fakeKube } from '../../../fakes/kube.ts';

const id = '/ConfigMap/default/theirs';

function open() {
  const kube = fakeKube();
  let wakes = 0;
  const named = followNamed({
    ...{ kube, parent: new AbortController().signal, now: () => 0, pause: () => Promise.resolve() },
    onChange: () => (wakes += 1),
  });
  const follow = async (...ids: readonly string[]) => {
    named.follow(new Set(ids));
    await new Promise(setImmediate);
  };
  return { kube, named, follow, wakes: () => wakes };
}

describe('an object that is followed by its name', () => {
  it('is shown without our label, as it comes and goes', async () => {
    const { kube, named, follow, wakes } = open();
    expect(named.isSynced(id)).toBeUndefined();
    await follow(id);
    expect([named.isSynced(id), named.object(id)]).toEqual([true, undefined]);
    const before = wakes();
    kube.put_(configMap('theirs'));
    expect(named.object(id)).toMatchObject({ id, health: 'Current' });
    expect(wakes()).toBeGreaterThan(before);
    kube.remove(id);
    expect([named.isSynced(id), named.object(id)]).toEqual([true, undefined]);
  });

  it('is alone: others of its kind are not shown, and each has a watch of its own', async () => {
    const { kube, named, follow } = open();
    kube.put_(configMap('other'));
    await follow(id, '/ConfigMap/default/second');
    expect(named.object('/ConfigMap/default/other')).toBeUndefined();
    expect(kube.counters().watches).toBe(2);
  });

  it('is forgotten once it is followed no more', async () => {
    const { kube, named, follow } = open();
    kube.put_(configMap('theirs'));
    await follow(id);
    expect(named.object(id)).toBeDefined();
    await follow();
    expect([named.object(id), named.isSynced(id), kube.counters().watches]).toEqual([undefined, undefined, 0]);
  });

  it('says of a kind that cannot be read why', async () => {
    const { kube, named, follow } = open();
    kube.fault = (call) => (call.startsWith('watch') ? 'FORBIDDEN' : null);
    await follow(id);
    expect(named.isSynced(id)).toBe(false);
    expect(named.troubles().map(([kind, { code }]) => `${kind} ${code}`)).toEqual(['/ConfigMap FORBIDDEN']);
  });
});
