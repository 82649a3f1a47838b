import { describe, expect, it } from 'vitest';
import { loadIdentity, loadJoinTicket, loadKey, markEnrolled, peekKey } from '../../../../agent/identity/keys.ts';
import { agentNames } from '../../../../shared/model/names.ts';
import { identity } from '../../../fixtures/agent/bundle.ts';
import { fakeKube } from '../../../fakes/kube.ts';

const { signal } = new AbortController();

function world() {
  const kube = fakeKube();
  kube.put_({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'sluice-system' } });
  return { kube, place: { kube, namespace: 'sluice-system' } };
}

describe('the key of the agent', () => {
  it('is made and stored first, and is the same again after a restart', async () => {
    const { place } = world();
    expect(await peekKey(place, signal)).toBeNull();
    const key = await loadKey(place, identity, signal);
    expect(key).toMatchObject({ enrolled: false });
    expect(key.seed).not.toBe('');
    expect((await loadKey(place, identity, signal)).seed).toBe(key.seed);
    expect((await peekKey(place, signal))?.seed).toBe(key.seed);
  });

  it('is one for two agents that start at once', async () => {
    const { place } = world();
    const [one, two] = await Promise.all([loadKey(place, identity, signal), loadKey(place, identity, signal)]);
    expect(one.seed).toBe(two.seed);
  });

  it('remembers that the hub took it', async () => {
    const { place } = world();
    const { seed } = await loadKey(place, identity, signal);
    await markEnrolled(place, { seed, token: 'a', identity }, signal);
    expect((await loadKey(place, identity, signal)).enrolled).toBe(true);
  });

  it('is made anew for another registration: a replaced cluster', async () => {
    const { place } = world();
    const old = await loadKey(place, identity, signal);
    await markEnrolled(place, { seed: old.seed, token: 'a', identity }, signal);
    const replaced = { ...identity, registration: '99999999-9999-4999-8999-999999999999' };
    const key = await loadKey(place, replaced, signal);
    expect(key.seed).not.toBe(old.seed);
    expect(key.enrolled).toBe(false);
    expect((await loadIdentity(place, signal))?.registration).toBe(replaced.registration);
  });

  it('cannot be loaded where the Secret may not be read', async () => {
    const { kube, place } = world();
    kube.fault = () => 'FORBIDDEN';
    await expect(loadKey(place, identity, signal)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('who the agent is', () => {
  it('is stored beside its key, so that the join line is not needed again', async () => {
    const { place } = world();
    expect(await loadIdentity(place, signal)).toBeNull();
    await loadKey(place, identity, signal);
    expect(await loadIdentity(place, signal)).toEqual(identity);
  });

  it('is not known from a join Secret that is not there', async () => {
    const { kube, place } = world();
    expect(await loadJoinTicket(place, signal)).toBeNull();
    kube.put_({ apiVersion: 'v1', kind: 'Secret', metadata: { name: agentNames.join, namespace: 'sluice-system' } });
    expect(await loadJoinTicket(place, signal)).toBeNull();
  });
});
