import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from './backend.ts';
import { clusterYaml, configApp, deploymentOf, rawApp, webApp } from './documents.ts';
import { handsOf, type Hands } from './hands.ts';
import { rowOf, startFleet, type Fleet, type Site } from './fleet.ts';

const workload = (name: string): string => `apps/Deployment/default/${name}`;
const map = (name: string): string => `/ConfigMap/default/${name}`;
interface Ready {
  readonly readyReplicas?: number;
}
const pods = (name: string, selects: string, image = 'example/a:1') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: selects } },
    template: { metadata: { labels: { app: selects } }, spec: { containers: [{ name: 'a', image }] } },
  },
});
const podsOf = (name: string, image: string) => pods(name, name, image);
const fixed = (name: string, value: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  immutable: true,
  data: { value },
});

/** Registers what happens to objects whose name goes from one application to another. */
export function describeNames(backend: Backend): void {
  describe(`names that change hands, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    let site: Site;
    let hands: Hands;
    const uidOf = async (id: string): Promise<string | undefined> => (await site.view.get(id))?.metadata.uid;
    const ownerOf = async (id: string): Promise<string | undefined> =>
      (await site.view.get(id))?.metadata.annotations?.['sluice.dev/application'];

    beforeAll(async () => {
      fleet = await startFleet({ backend, hub: { localCluster: 'local' } });
      await fleet.push({ 'clusters.yaml': clusterYaml('local') });
      site = await fleet.join('local');
      hands = handsOf(site.view);
    }, 120_000);
    afterAll(() => fleet.close());

    it('renames an application that runs under a deployment: the new one is made once the old is gone', async () => {
      await fleet.push({
        'shop.yaml': webApp('shop', 'example/shop:1'),
        'deploy.yaml': deploymentOf('site', [{ name: 'shop-v1', weight: 100 }]),
      });
      await fleet.settled();
      const before = await uidOf(workload('web-v1'));
      await fleet.push({
        'shop.yaml': webApp('store', 'example/shop:1'),
        'deploy.yaml': deploymentOf('store', [{ name: 'store-v1', weight: 100 }]),
      });
      const status = await fleet.until('store to be ready', (now) => {
        const { health, applied } = rowOf(now, 'default/store') ?? {};
        return health === 'Healthy' && applied === true && now.clusters.every((one) => one.settled);
      });
      expect([await uidOf(workload('web-v1')), await ownerOf(workload('web-v1'))]).toEqual([
        expect.not.stringMatching(before!),
        'default/store',
      ]);
      expect(status.clusters[0]).toMatchObject({ survivors: 0, unexplained: 0 });
      await fleet.push({ 'shop.yaml': null, 'deploy.yaml': null });
      await fleet.settled();
    });

    it('says what it waits for, and gives an object back that its former application wants again', async () => {
      await fleet.push({ 'a.yaml': rawApp('a', [pods('kept', 'a'), fixed('held', 'a')]) });
      await fleet.settled();
      // What something else keeps cannot make way.
      await hands.edit(map('held'), (object) => void (object.metadata.finalizers = ['example.com/hold']));
      await fleet.push({ 'a.yaml': null, 'b.yaml': rawApp('b', [fixed('held', 'b'), pods('beside', 'b')]) });
      const waiting = 'ConfigMap/held waits until that of default/a is gone';
      const status = await fleet.until(
        'b to wait',
        (now) => rowOf(now, 'default/b')?.message.includes(waiting) === true,
      );
      expect(rowOf(status, 'default/b')).toMatchObject({ health: 'Progressing', applied: false });
      expect((await fleet.cli('status')).stdout).toContain(waiting);
      // Nothing else waits with it.
      await site.view.until(workload('beside'), 'made', () => true);
      await fleet.push({ 'a.yaml': rawApp('a', [fixed('held', 'a')]), 'b.yaml': configApp('b', { other: '1' }) });
      await fleet.until('a to have it again', (now) => rowOf(now, 'default/a') !== undefined);
      await hands.edit(map('held'), (object) => void (object.metadata.finalizers = []));
      await fleet.settled();
      expect(await ownerOf(map('held'))).toBe('default/a');
      await fleet.push({ 'a.yaml': null, 'b.yaml': null });
      await fleet.settled();
    });

    it('hands on in place what the server lets be changed: the pods, the data and the uid stay', async () => {
      await fleet.push({
        'a.yaml': rawApp('a', [
          pods('moving', 'one'),
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' } },
        ]),
        'b.yaml': configApp('b', { other: '1' }),
      });
      await fleet.settled();
      const before = [await uidOf(workload('moving')), await uidOf(map('m'))];
      await fleet.push({
        'a.yaml': configApp('a', { left: '1' }),
        'b.yaml': rawApp('b', [
          pods('moving', 'one'),
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' } },
        ]),
      });
      await fleet.settled();
      expect([await uidOf(workload('moving')), await uidOf(map('m'))]).toEqual(before);
      expect(await ownerOf(workload('moving'))).toBe('default/b');
      await fleet.push({ 'a.yaml': null, 'b.yaml': null });
      await fleet.settled();
    });

    it('keeps the names of raw objects, unless two listed revisions need one; from one to the other a pod is always ready', async () => {
      const lists = (...names: readonly string[]) => `kind: ApplicationDeployment
metadata: { name: raw-site, namespace: default }
spec:
  appRevisions: [${names.map((name) => `{ revisionName: ${name}, placement: [{ distribution: { replicas: 2 } }] }`).join(', ')}]
`;
      const version = (image: string) => rawApp('raw', [podsOf('nginx', image)]);
      const names = ['nginx', 'nginx-v1', 'nginx-v2'];
      const there = async () => {
        const found = await Promise.all(names.map(async (name) => ((await uidOf(workload(name))) ? [name] : [])));
        return found.flat();
      };
      const readyNow = async () => {
        const live = await Promise.all(names.map((name) => site.view.get(workload(name))));
        return live.reduce((sum, one) => sum + ((one?.['status'] as Ready | undefined)?.readyReplicas ?? 0), 0);
      };
      /** Pushes, and looks at the pods until everything is settled and healthy under these names. */
      const pushed = async (files: Readonly<Record<string, string>>, wanted: readonly string[]) => {
        await fleet.push(files);
        const counts: number[] = [];
        for (;;) {
          counts.push(await readyNow());
          const row = rowOf(await fleet.status(), 'default/raw-site');
          const isDone = row?.applied === true && row.health === 'Healthy';
          if (isDone && (await there()).join() === wanted.join()) return Math.min(...counts);
        }
      };
      await fleet.push({ 'raw.yaml': version('example/a:1'), 'lists.yaml': lists('raw-v1') });
      await fleet.until('v1 to run', (now) => rowOf(now, 'default/raw-site')?.health === 'Healthy');
      expect(await there()).toEqual(['nginx']);
      const both = { 'raw.yaml': version('example/a:2'), 'lists.yaml': lists('raw-v1', 'raw-v2') };
      expect(await pushed(both, ['nginx-v1', 'nginx-v2'])).toBeGreaterThan(0);
      const notes = rowOf(await fleet.status(), 'default/raw-site')?.notes;
      expect(notes).toContain(
        'Deployment nginx of raw-v1 is called nginx-v1: another revision that is listed has it, too',
      );
      expect(await pushed({ 'lists.yaml': lists('raw-v2') }, ['nginx'])).toBeGreaterThan(0);
      const before = await uidOf(workload('nginx'));
      await pushed({ 'raw.yaml': version('example/a:3'), 'lists.yaml': lists('raw-v3') }, ['nginx']);
      expect(await uidOf(workload('nginx'))).toBe(before);
      await fleet.push({ 'raw.yaml': null, 'lists.yaml': null });
      await fleet.settled();
    });

    it('exchanges objects between two applications', async () => {
      await fleet.push({
        'a.yaml': rawApp('a', [pods('x', 'a'), fixed('p', 'a')]),
        'b.yaml': rawApp('b', [pods('y', 'b'), fixed('q', 'b')]),
      });
      await fleet.settled();
      await fleet.push({
        'a.yaml': rawApp('a', [pods('y', 'a'), fixed('q', 'a')]),
        'b.yaml': rawApp('b', [pods('x', 'b'), fixed('p', 'b')]),
      });
      await fleet.until('both to be healthy', (status) =>
        ['default/a', 'default/b'].every((app) => {
          const row = rowOf(status, app);
          return row?.applied === true && row.health === 'Healthy' && row.generation === row.acceptedGeneration;
        }),
      );
      const owners = await Promise.all([workload('x'), map('p'), workload('y'), map('q')].map(ownerOf));
      expect(owners).toEqual(['default/b', 'default/b', 'default/a', 'default/a']);
      await fleet.push({ 'a.yaml': null, 'b.yaml': null });
      await fleet.settled();
    });
  });

  describe(`a deployment that is removed, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    beforeAll(async () => {
      fleet = await startFleet({ backend, hub: { localCluster: 'local' } });
      await fleet.push({ 'clusters.yaml': clusterYaml('local') });
      await fleet.join('local');
    }, 120_000);
    afterAll(() => fleet.close());

    const deploy = (...names: readonly string[]) =>
      deploymentOf(
        'late',
        names.map((name, index) => ({ name, weight: index === 0 ? 100 : 0 })),
      );
    const told = (now: Awaited<ReturnType<Fleet['status']>>, wanted: string) =>
      now.problems.filter(({ code }) => code === wanted);
    /** A deployment is removed while its second revision does not become ready: the application takes its place, with that one. */
    const removeBroken = async (name: string, more: string) => {
      await fleet.push({
        'late.yaml': webApp(name, 'example/slow:1') + more,
        'deploy.yaml': deploy(`${name}-v1`),
      });
      await fleet.settled();
      await fleet.push({
        'late.yaml': webApp(name, 'example/slow:broken') + more,
        'deploy.yaml': deploy(`${name}-v1`, `${name}-v2`),
      });
      await fleet.until('v2 to be late', (now) => {
        const row = rowOf(now, 'default/late');
        return row?.revisions.length === 2 && row.health !== 'Healthy' && row.message.includes('web-v2');
      });
      await fleet.push({ 'deploy.yaml': null });
      await fleet.until(
        'the plain one to come',
        (now) => rowOf(now, `default/${name}`)?.message.includes('0/1') === true,
      );
    };
    afterEach(async () => {
      await fleet.push({ 'late.yaml': null, 'deploy.yaml': null });
      await fleet.settled();
    });

    it('stays until the application that takes its place is healthy', async () => {
      await removeBroken('slow', '');
      const status = await fleet.status();
      expect(told(status, 'MOVE_UNFINISHED')).toMatchObject([
        { severity: 'warning', app: 'default/late', cluster: 'local' },
      ]);
      expect(rowOf(status, 'default/late')?.revisions).toContainEqual(
        expect.objectContaining({ name: 'slow-v1', ready: 2 }),
      );
      expect((await fleet.cli('status')).stdout).toContain('guarded[MOVE_UNFINISHED] default/late on local');
      await fleet.push({ 'late.yaml': webApp('slow', 'example/slow:3') });
      await fleet.until('it to be gone', (now) => rowOf(now, 'default/late') === undefined);
      await fleet.until('the other to be alone', (now) => {
        const row = rowOf(now, 'default/slow');
        return row?.health === 'Healthy' && row.applied;
      });
    });

    it('warns while an application that takes over objects of it comes before its change was done', async () => {
      const extra = `    - name: extra
      type: k8s-objects
      properties: { objects: [{ apiVersion: v1, kind: ConfigMap, metadata: { name: shared }, data: { a: b } }] }
`;
      await removeBroken('shares', extra);
      expect(told(await fleet.status(), 'CHANGE_ABANDONED')).toMatchObject([
        { severity: 'warning', app: 'default/shares', cluster: 'local' },
      ]);
      expect((await fleet.cli('status')).stdout).toContain(
        'default/late was removed from local before its change was done',
      );
      expect(fleet.logged()).toContain('CHANGE_ABANDONED');
      await fleet.push({ 'late.yaml': webApp('shares', 'example/slow:3') });
      await fleet.until('it to be told no more', (now) => told(now, 'CHANGE_ABANDONED').length === 0);
    });
  });
}
