import { describe, expect, it } from 'vitest';
import { approveChange } from '../../../../hub/operations/approve.ts';
import { labelCluster } from '../../../../hub/operations/labels.ts';
import { listClusters } from '../../../../hub/operations/list-clusters.ts';
import { takePush } from '../../../../hub/operations/push.ts';
import { removeCluster } from '../../../../hub/operations/remove.ts';
import { revokeCluster } from '../../../../hub/operations/revoke.ts';
import { setCluster } from '../../../../hub/operations/set.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { memoryHub, type MemoryHub } from '../../../fakes/hub.ts';
import { registrationOf } from '../../../fixtures/hub/facts.ts';
import { enrolledCluster, now, published, stateOf } from '../../../fixtures/hub/status.ts';

const { signal } = new AbortController();
const change = digestOf('a change');
const guarded = {
  change,
  code: 'MASS_DELETE',
  cluster: 'b',
  app: null,
  generation: 8,
  ids: ['/ConfigMap/default/x'],
  since: '2026-03-01T11:00:00.000Z',
} as const;

const scene = () =>
  memoryHub(
    stateOf(
      [enrolledCluster('b', { labels: { site: 'x', old: 'y' } }), enrolledCluster('a'), enrolledCluster('empty')],
      [published('b', []), published('a', [])],
      { guarded: [guarded] },
    ),
    now,
  );

describe('changes of the registry', () => {
  it('sets and removes labels, and answers the cluster as it is now', async () => {
    const hub = await scene();
    const shown = await labelCluster(hub.parts, { name: 'b', labels: { site: 'z', old: null } });
    expect(shown).toMatchObject({ name: 'b', labels: { site: 'z' }, generation: 7, state: 'joined' });
    expect([hub.commits, hub.passes]).toEqual([['label b'], ['registry']]);
  });

  it('sets the format that an agent reads, in place of what that said, and until it says another one', async () => {
    const hub = await scene();
    const record = () => hub.state().clusters.get('b')!;
    hub.parts.reads.note(record(), 1, '2026-03-01T11:59:00.000Z');
    expect(await setCluster(hub.parts, { name: 'b', reads: 2 })).toMatchObject({ name: 'b', reads: 2 });
    expect(hub.parts.reads.current().size).toBe(0);
    expect([record().reads, hub.passes]).toEqual([{ revision: 2 }, ['registry']]);
    hub.parts.reads.note(record(), 1, '2026-03-01T12:00:00.000Z');
    expect(hub.parts.reads.current().get(record().registration)?.revision).toBe(1);
  });

  it('revokes an agent and ends its stream', async () => {
    const hub = await scene();
    expect(await revokeCluster(hub.parts, { name: 'b' })).toMatchObject({ name: 'b', state: 'revoked' });
    expect(hub.revoked).toEqual([enrolledCluster('b').registration]);
  });

  it.each([
    ['a cluster with a bundle is leaving', { name: 'a', mode: 'delete', forget: false }, 'leaving', 'delete'],
    ['a cluster without a bundle is gone', { name: 'empty', mode: 'orphan', forget: false }, 'gone', undefined],
    ['a cluster that is to be forgotten is gone', { name: 'a', mode: 'orphan', forget: true }, 'gone', undefined],
  ] as const)('%s', async (_, input, state, decommission) => {
    const hub = await scene();
    expect(await removeCluster(hub.parts, input)).toEqual({ name: input.name, state });
    expect(hub.state().clusters.get(input.name)?.decommission).toBe(decommission);
    expect(hub.revoked).toEqual(state === 'gone' ? [enrolledCluster(input.name).registration] : []);
  });

  it('approves a change, with who decided and when', async () => {
    const hub = await scene();
    const answer = await approveChange(hub.parts, { change: change.slice(0, 20), by: 'ada' }, signal, null);
    expect(answer).toEqual({ change, ids: guarded.ids });
    expect(hub.state().approvals).toEqual([
      { change, generation: 8, ids: guarded.ids, by: 'ada', at: '2026-03-01T12:00:00.000Z' },
    ]);
    expect(hub.passes).toEqual(['approval']);
  });

  it.each<[string, (hub: MemoryHub) => Promise<unknown>, string]>([
    ['labels of no cluster', ({ parts }) => labelCluster(parts, { name: 'x', labels: {} }), 'REFERENCE_NOT_FOUND'],
    [
      'a label of the site',
      ({ parts }) => labelCluster(parts, { name: 'a', labels: { 'site.sluice.dev/zone': 'x' } }),
      'CONFIG_INVALID',
    ],
    ['revoking no cluster', ({ parts }) => revokeCluster(parts, { name: 'x' }), 'REFERENCE_NOT_FOUND'],
    [
      'removing no cluster',
      ({ parts }) => removeCluster(parts, { name: 'x', mode: 'orphan', forget: true }),
      'REFERENCE_NOT_FOUND',
    ],
    [
      'approving no change',
      ({ parts }) => approveChange(parts, { change: 'f'.repeat(64), by: 'x' }, signal, null),
      'CHANGE_NOT_FOUND',
    ],
  ])('refuses %s, and neither commits nor starts a pass', async (_, run, code) => {
    const hub = await scene();
    await expect(run(hub)).rejects.toMatchObject({ code });
    expect([hub.commits, hub.passes, hub.revoked]).toEqual([[], [], []]);
  });
});

describe('a change that was decided for the cluster that had the name before', () => {
  const registration = registrationOf('before');

  it.each<[string, (hub: MemoryHub) => Promise<unknown>]>([
    ['labels', ({ parts }) => labelCluster(parts, { name: 'a', labels: {}, registration })],
    ['a revocation', ({ parts }) => revokeCluster(parts, { name: 'a', registration })],
    ['a removal', ({ parts }) => removeCluster(parts, { name: 'a', mode: 'delete', forget: true, registration })],
  ])('is refused: %s', async (_, run) => {
    const hub = await scene();
    await expect(run(hub)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect([hub.commits, hub.passes, hub.revoked]).toEqual([[], [], []]);
  });
});

describe('listClusters', () => {
  it('is sorted by name', async () => {
    const { parts } = await scene();
    expect((await listClusters(parts)).clusters.map(({ name }) => name)).toEqual(['a', 'b', 'empty']);
  });

  it.each([
    ['b', ['b']],
    ['none', []],
  ])('has the one of a name alone: %s', async (name, names) => {
    const { parts } = await scene();
    expect((await listClusters(parts, { name })).clusters.map((one) => one.name)).toEqual(names);
  });
});

describe('takePush', () => {
  it.each([
    ['with the commits of the push', { before: 'a'.repeat(40), after: 'b'.repeat(40) }],
    ['without them', null],
  ])('starts a pass %s', async (_, push) => {
    const hub = await scene();
    const pushes: unknown[] = [];
    takePush({ ...hub.parts, onPush: (given) => void pushes.push(given) }, push);
    expect([hub.passes, pushes]).toEqual([['webhook'], push === null ? [] : [push]]);
  });
});
