import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from './backend.ts';
import { clusterYaml, deploymentOf, webApp } from './documents.ts';
import { rowOf, startFleet, type Fleet, type Site } from './fleet.ts';

const copy = 'apps/Deployment/default/web-v1';
const route = 'networking.istio.io/VirtualService/default/front';
const production = { usage: 'production' };
const cluster = (name: string, labels: Readonly<Record<string, string>> = production) => ({
  [`${name}.yaml`]: clusterYaml(name, labels, 'istio'),
});

/** Registers what happens to a copy whose cluster is not selected any more. */
export function describeMoves(backend: Backend): void {
  describe(`a move to another cluster, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    let [from, to]: (Site | undefined)[] = [];
    const runsOn = async (site: Site): Promise<boolean> => (await site.view.get(copy)) !== undefined;

    beforeAll(async () => {
      fleet = await startFleet({ backend });
      await fleet.push({
        ...cluster('prod-1'),
        ...cluster('prod-2'),
        'app.yaml': webApp('front', 'example/front:1'),
        'deploy.yaml': deploymentOf('front', [{ name: 'front-v1', weight: 100 }], '{ labels: { usage: production } }'),
      });
      const sites = [
        await fleet.join('prod-1', { crds: ['istio'] }),
        await fleet.join('prod-2', { crds: ['istio'] }),
      ] as const;
      await fleet.settled();
      const isFirst = await runsOn(sites[0]);
      [from, to] = isFirst ? sites : [sites[1], sites[0]];
      expect(await runsOn(to)).toBe(false);
    }, 120_000);
    afterAll(() => fleet.close());

    it('leaves the old copy with its traffic while the agent of the new cluster is dead', async () => {
      to!.agent().kill();
      const before = await from!.view.get(copy);
      await fleet.push(cluster(from!.name, {}));
      const status = await fleet.until('the move to wait', ({ guarded }) => guarded.length > 0);
      expect(status.guarded).toMatchObject([
        { code: 'MOVE_UNFINISHED', application: 'default/front', cluster: from!.name },
      ]);
      expect(status.problems.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
        `warning: it moves to ${to!.name}, and stays on ${from!.name} until ${to!.name} reports it healthy`,
      ]);
      // A deletion would come with the next bundle: one more is published and taken, and the copy is there.
      await fleet.push({ 'beside.yaml': clusterYaml('other', {}) });
      await fleet.until('the old cluster to have taken its bundle', ({ clusters }) =>
        clusters.some((one) => one.name === from!.name && one.acceptedGeneration === one.generation && one.settled),
      );
      const after = await from!.view.get(copy);
      expect(after?.metadata.uid).toBe(before?.metadata.uid);
      expect(after?.['status']).toMatchObject({ readyReplicas: 2 });
      expect(await from!.view.get(route)).toBeDefined();
    });

    it('still repairs the old copy meanwhile: its agent does not skip it for the labels that are gone', async () => {
      expect(rowOf(await fleet.status(), 'default/front', from!.name)).toMatchObject({ health: 'Healthy' });
    });

    it('retires the old copy as soon as the new one is healthy, and not before', async () => {
      to!.start();
      await from!.view.untilGone(copy);
      expect(await to!.view.get(copy)).toMatchObject({ status: { readyReplicas: 2 } });
      const status = await fleet.settled();
      expect(status.guarded).toEqual([]);
      expect(status.problems).toEqual([]);
    });

    it('gives up the old copy at once when that is approved', async () => {
      from!.agent().kill();
      await fleet.push({ ...cluster(from!.name), ...cluster(to!.name, {}) });
      const { guarded } = await fleet.until('the move to wait', (status) => status.guarded.length > 0);
      await fleet.cli('approve', guarded[0]!.change);
      await to!.view.untilGone(copy);
    });
  });

  describe(`labels that are taken away, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    afterAll(() => fleet.close());

    it('by a Cluster document that does not repeat those of cluster join delete nothing', async () => {
      fleet = await startFleet({ backend });
      await fleet.push({
        'app.yaml': webApp('front', 'example/front:1'),
        'deploy.yaml': deploymentOf(
          'front',
          [{ name: 'front-v1', weight: 100 }],
          '{ labels: { usage: production }, pick: all }',
        ),
      });
      const join = { body: { labels: production, capabilities: { istio: true } }, crds: ['istio'] as const };
      const site = await fleet.join('prod-1', join);
      await fleet.join('prod-2', join);
      await fleet.settled();
      await fleet.push(cluster('prod-1', { team: 'a' }));
      const { guarded } = await fleet.until('the loss to wait', (status) => status.guarded.length > 0);
      expect(guarded).toMatchObject([{ code: 'EMPTY_RENDER', application: 'default/front', cluster: 'prod-1' }]);
      // The bundle has the new labels now, and what waits goes on waiting.
      await fleet.settled();
      await fleet.push({ 'beside.yaml': clusterYaml('other', {}) });
      expect((await fleet.settled()).guarded).toEqual(guarded);
      expect(await site.view.get(copy)).toMatchObject({ status: { readyReplicas: 2 } });
      await fleet.cli('approve', guarded[0]!.change);
      await site.view.untilGone(copy);
    });
  });
}
