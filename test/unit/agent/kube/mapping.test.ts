import { describe, expect, it } from 'vitest';
import { openMapping } from '../../../../agent/kube/mapping.ts';
import type { KubeResource } from '../../../../agent/model/kube.ts';
import { SluiceError } from '../../../../shared/errors.ts';

const resource = (group: string, version: string, kind: string, verbs: readonly string[] = ['list']): KubeResource => ({
  group,
  version,
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced: true,
  verbs,
  subresources: [],
});
const { signal } = new AbortController();

/** A server whose kinds can be changed, and that counts how often it is asked. */
function server(...kinds: KubeResource[]) {
  const state = { kinds, asked: 0, silent: new Set<string>() };
  const mapping = openMapping(async () => {
    state.asked += 1;
    await Promise.resolve();
    return { resources: [...state.kinds], silent: state.silent };
  });
  return { state, mapping };
}

describe('kinds and resources', () => {
  it('finds the preferred version, which discovery puts first, unless another is asked for', async () => {
    const { mapping } = server(resource('a.b', 'v2', 'Thing'), resource('a.b', 'v1', 'Thing'));
    expect((await mapping.find({ group: 'a.b', kind: 'Thing' }, signal)).version).toBe('v2');
    expect((await mapping.find({ group: 'a.b', kind: 'Thing' }, signal, 'v1')).version).toBe('v1');
  });

  it('prefers what can be listed to a resource of the same kind that is a mere verb', async () => {
    const { mapping } = server(resource('', 'v1', 'Pod', ['create']), resource('', 'v1', 'Pod'));
    expect((await mapping.find({ group: '', kind: 'Pod' }, signal)).verbs).toEqual(['list']);
  });

  it('takes v1beta1 of a VirtualService where v1 is not served, and v1 where it is', async () => {
    const istio = (version: string) => resource('networking.istio.io', version, 'VirtualService');
    const ref = { group: 'networking.istio.io', kind: 'VirtualService' };
    const old = server(istio('v1beta1'), istio('v1alpha3'));
    expect((await old.mapping.find(ref, signal, 'v1')).version).toBe('v1beta1');
    expect(old.state.asked).toBe(1);
    const both = server(istio('v1beta1'), istio('v1'));
    expect((await both.mapping.find(ref, signal, 'v1')).version).toBe('v1');
  });

  it.each([
    ['another kind', 'networking.istio.io', 'Gateway', 'v1beta1'],
    ['an older version yet', 'networking.istio.io', 'VirtualService', 'v1alpha3'],
  ])('takes no other version of %s', async (_case, group, kind, version) => {
    const { mapping } = server(resource(group, version, kind));
    await expect(mapping.find({ group, kind }, signal, 'v1')).rejects.toMatchObject({ code: 'KIND_UNKNOWN' });
  });

  it('asks once for many callers at the same time', async () => {
    const { mapping, state } = server(resource('', 'v1', 'Pod'));
    await Promise.all([1, 2, 3].map(async () => mapping.find({ group: '', kind: 'Pod' }, signal)));
    expect(state.asked).toBe(1);
  });

  it('looks again, once, when an old discovery lacks a kind', async () => {
    const { mapping, state } = server(resource('', 'v1', 'Pod'));
    await mapping.all(signal);
    state.kinds.push(resource('a.b', 'v1', 'Thing'));
    expect(await mapping.find({ group: 'a.b', kind: 'Thing' }, signal)).toMatchObject({ plural: 'things' });
    await expect(mapping.find({ group: 'a.b', kind: 'Other' }, signal)).rejects.toMatchObject({ code: 'KIND_UNKNOWN' });
    expect(state.asked).toBe(3);
  });

  it('does not look twice when its discovery is fresh', async () => {
    const { mapping, state } = server();
    await expect(mapping.find({ group: '', kind: 'Pod' }, signal)).rejects.toMatchObject({ code: 'KIND_UNKNOWN' });
    expect(state.asked).toBe(1);
  });

  it('keeps nothing of a discovery that failed', async () => {
    let fails = true;
    const mapping = openMapping(async () => {
      await Promise.resolve();
      if (fails) throw new SluiceError('UNAVAILABLE', 'down');
      return { resources: [resource('', 'v1', 'Pod')], silent: new Set() };
    });
    await expect(mapping.all(signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    fails = false;
    expect(await mapping.all(signal)).toHaveLength(1);
  });

  it("is not given up because another caller's request was", async () => {
    let asked = 0;
    const mapping = openMapping(async () => {
      asked += 1;
      await Promise.resolve();
      if (asked === 1) throw new SluiceError('ABORTED', 'given up');
      return { resources: [resource('', 'v1', 'Pod')], silent: new Set() };
    });
    expect(await mapping.find({ group: '', kind: 'Pod' }, signal)).toMatchObject({ plural: 'pods' });
  });

  it('says UNAVAILABLE of what its group does not answer for, and finds what is known all the same', async () => {
    const { mapping, state } = server(resource('a.b', 'v1', 'Thing'));
    state.silent.add('a.b').add('c.d');
    for (const group of ['a.b', 'c.d'])
      await expect(mapping.find({ group, kind: 'Other' }, signal)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: `the API ${group} does not answer, or names no resource: its API server is down, or just starts`,
      });
    expect(await mapping.find({ group: 'a.b', kind: 'Thing' }, signal)).toMatchObject({ plural: 'things' });
    await expect(mapping.find({ group: 'e.f', kind: 'Thing' }, signal)).rejects.toMatchObject({ code: 'KIND_UNKNOWN' });
  });

  it('names the versions that a kind is served in', async () => {
    const { mapping } = server(resource('autoscaling', 'v2', 'Scaler'), resource('autoscaling', 'v1', 'Scaler'));
    const asked = mapping.find({ group: 'autoscaling', kind: 'Scaler' }, signal, 'v2beta2');
    await expect(asked).rejects.toMatchObject({
      code: 'KIND_UNKNOWN',
      message: 'the cluster serves Scaler as autoscaling/v2, autoscaling/v1, not as autoscaling/v2beta2',
      data: { hint: 'write apiVersion: autoscaling/v2' },
    });
  });
});
