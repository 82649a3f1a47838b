import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { owner } from '../../../shared/model/names.ts';
import type { Backend } from './backend.ts';
import { clusterYaml, configApp, webApp } from './documents.ts';
import { rowOf, startFleet, type Fleet, type Site } from './fleet.ts';
import { handsOf, type Hands } from './hands.ts';

const map = (name: string): string => `/ConfigMap/default/${name}`;
const web = 'apps/Deployment/default/web';

/** Registers what happens to single objects: changed by hand, claimed by others, not deletable, missed by a silent agent. */
export function describeObjects(backend: Backend): void {
  describe(`objects of a cluster, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    let site: Site;
    let hands: Hands;
    const value = async (name: string): Promise<unknown> => (await site.view.get(map(name)))?.['data'];

    beforeAll(async () => {
      fleet = await startFleet({ backend, hub: { localCluster: 'local' } });
      await fleet.push({
        'clusters.yaml': clusterYaml('local'),
        'one.yaml': configApp('one', { a: '1', b: '1' }),
        'shop.yaml': webApp('shop', 'example/shop:1'),
      });
      site = await fleet.join('local');
      hands = handsOf(site.view);
      await fleet.settled();
    }, 120_000);
    afterAll(() => fleet.close());

    it('deletes what a generation retired that the agent slept through', async () => {
      await site.agent().stop();
      await fleet.push({ 'one.yaml': configApp('one', { a: '2', c: '1' }) });
      await fleet.push({ 'one.yaml': configApp('one', { a: '3', d: '1' }) });
      expect(await value('b')).toEqual({ value: '1' });
      site.start();
      await site.view.untilGone(map('b'));
      const status = await fleet.settled();
      expect([await value('a'), await value('c'), await value('d')]).toEqual([
        { value: '3' },
        undefined,
        { value: '1' },
      ]);
      expect(status.clusters[0]).toMatchObject({ survivors: 0, unexplained: 0 });
    });

    it('repairs what is edited, scaled, stripped of its labels and deleted by hand', async () => {
      const before = (await site.view.get(web))!;
      await hands.edit(web, (object) => {
        object.spec.replicas = 7;
        object.spec.template.spec.containers[0]!.image = 'somebody/else:9';
      });
      await hands.edit(map('a'), (object) => {
        object.metadata.labels = { kept: 'foreign' };
        object.data = { value: 'by hand', more: 'foreign' };
      });
      await hands.remove(map('d'));
      const mended = await site.view.until(
        map('a'),
        'as it was',
        ({ data }) => (data as { value: string }).value === '3',
      );
      // What nobody declares is nobody's to change (I14).
      expect(mended).toMatchObject({
        data: { value: '3', more: 'foreign' },
        metadata: { labels: { kept: 'foreign', 'app.kubernetes.io/managed-by': 'sluice' } },
      });
      await site.view.until(map('d'), 'made again', () => true);
      const shop = await site.view.until(web, 'as it was', ({ spec }) =>
        JSON.stringify(spec).includes('example/shop:1'),
      );
      expect(shop).toMatchObject({ metadata: { uid: before.metadata.uid } });
      // Nobody declared how many there are: that stays with whoever scaled it.
      const status = await fleet.until('the number of pods to be told', (now) => {
        const { applied, revisions = [] } = rowOf(now, 'default/shop') ?? {};
        return applied === true && revisions.map(({ name, desired }) => `${name} ${desired}`).join() === 'shop-v1 7';
      });
      expect(rowOf(status, 'default/one')).toMatchObject({ revisions: [{ ready: null, desired: null }] });
    });

    it('never touches a foreign object under a name that is wanted, and says whose it is', async () => {
      await hands.make({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'theirs', namespace: 'default' },
        data: { value: 'theirs', own: 'theirs' },
      });
      const before = await site.view.get(map('theirs'));
      await fleet.push({ 'two.yaml': configApp('two', { theirs: 'ours', beside: '1' }) });
      const status = await fleet.until(
        'the foreign object to be reported',
        (now) => rowOf(now, 'default/two')?.health === 'Degraded',
      );
      expect(rowOf(status, 'default/two')?.message).toMatch(/theirs/);
      expect(await site.view.get(map('theirs'))).toEqual(before);
      expect(await value('beside')).toEqual({ value: '1' });
      expect(rowOf(status, 'default/one')).toMatchObject({ health: 'Healthy', applied: true });
      const said = await fleet.cli('status');
      expect(said.stdout).toContain('ConfigMap/theirs: an object of this name exists that is not ours');
      expect(said.stdout).toContain(owner.adopt);
    });

    it('takes a foreign object over when its manifest says so, and keeps what it does not declare', async () => {
      await fleet.push({
        'two.yaml': configApp('two', { theirs: 'ours', beside: '1' }, { annotations: { [owner.adopt]: 'true' } }),
      });
      await fleet.settled();
      expect(await value('theirs')).toEqual({ value: 'ours', own: 'theirs' });
      expect(rowOf(await fleet.status(), 'default/two')).toMatchObject({ health: 'Healthy' });
    });

    it('gives a name to the first of two applications that claim it, and tells the second', async () => {
      await fleet.push({ 'three.yaml': configApp('three', { a: 'stolen', e: '1' }) });
      const status = await fleet.settled();
      expect(status.problems).toMatchObject([{ code: 'NAME_TAKEN', app: 'default/three' }]);
      expect(await value('a')).toMatchObject({ value: '3' });
      expect(await value('e')).toBeUndefined();
      const said = await fleet.cli('status');
      expect(said.status).toBe(10);
      expect(said.stdout).toMatch(/error\[NAME_TAKEN\] .*ConfigMap.*a.*default\/one/);
    });

    it('deletes one of two applications that share a namespace, and leaves the other alone', async () => {
      await fleet.push({ 'three.yaml': configApp('three', { e: '1' }) });
      await fleet.settled();
      expect(await value('e')).toEqual({ value: '1' });
      const uid = (await site.view.get(map('a')))?.metadata.uid;
      await fleet.push({ 'three.yaml': null });
      await site.view.untilGone(map('e'));
      await fleet.settled();
      expect((await site.view.get(map('a')))?.metadata.uid).toBe(uid);
      expect(await site.view.get('/Namespace//default')).toBeDefined();
    });

    it('keeps and reports an object that cannot be deleted, goes on, and deletes it later', async () => {
      await hands.edit(map('beside'), (object) => {
        object.metadata.finalizers = ['example.com/hold'];
      });
      await fleet.push({
        'two.yaml': configApp('two', { theirs: 'ours' }, { annotations: { [owner.adopt]: 'true' } }),
      });
      const status = await fleet.until('the survivor to be reported', ({ clusters }) => clusters[0]?.survivors === 1);
      expect(status.clusters[0]?.settled).toBe(false);
      expect((await fleet.cli('status')).stdout).toContain('cluster local: 1 object could not be deleted yet');
      await fleet.push({ 'one.yaml': configApp('one', { a: '4', d: '1' }) });
      await site.view.until(map('a'), 'updated', ({ data }) => (data as { value: string }).value === '4');
      expect((await fleet.status()).clusters[0]?.survivors).toBe(1);
      await hands.edit(map('beside'), (object) => {
        object.metadata.finalizers = [];
      });
      await site.view.untilGone(map('beside'));
      expect((await fleet.settled()).clusters[0]).toMatchObject({ survivors: 0, unexplained: 0 });
    });

    it('never changes or deletes an object that lost our owner annotation', async () => {
      const { registration } = site.ticket();
      await hands.edit(map('d'), (object) => {
        delete object.metadata.annotations?.[owner.registration];
        object.data = { value: 'mine now' };
      });
      await fleet.push({ 'one.yaml': configApp('one', { a: '5', d: '2' }) });
      await site.view.until(map('a'), 'updated', ({ data }) => (data as { value: string }).value === '5');
      const status = await fleet.until(
        'the disowned object to be reported',
        (now) => rowOf(now, 'default/one')?.health === 'Degraded',
      );
      expect(rowOf(status, 'default/one')?.message).toMatch(/\bd\b/);
      expect(await value('d')).toEqual({ value: 'mine now' });
      await fleet.push({ 'one.yaml': configApp('one', { a: '6' }) });
      await site.view.until(map('a'), 'updated', ({ data }) => (data as { value: string }).value === '6');
      await fleet.until('it to be kept, with the reason', ({ clusters }) => clusters[0]?.stuck.length === 1);
      expect((await fleet.cli('status')).stdout).toContain(
        `  ${map('d')}: its owner annotation is not ours any more; it was not touched`,
      );
      expect(await value('d')).toEqual({ value: 'mine now' });
      await hands.edit(map('d'), (object) => {
        object.metadata.annotations = { ...object.metadata.annotations, [owner.registration]: registration };
      });
      await site.view.untilGone(map('d'));
      await fleet.settled();
    });
  });
}
