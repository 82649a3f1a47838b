import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../lab/controlplane/wait.ts';
import type { Backend } from './backend.ts';
import { clusterYaml, webApp } from './documents.ts';
import { rowOf, startFleet, type Fleet, type Site } from './fleet.ts';

/** An Application in steps that a Job decides, with some ConfigMaps; a Job of the image `broken` fails after two seconds. */
function application(number: number, smoke: string, maps: readonly string[]): string {
  const objects = maps.map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }));
  const seconds = smoke === 'broken' ? 2 : 600;
  return `${webApp('api', `example/api:${number}`)}
    - { name: smoke, type: task, properties: { image: "example/smoke:${smoke}", activeDeadlineSeconds: ${seconds} } }
    - { name: maps, type: k8s-objects, properties: { objects: ${JSON.stringify(objects)} } }
  policies:
    - { name: all, type: topology, properties: { clusters: [local] } }
    - name: careful
      type: rollout
      properties:
        onFailure: rollback
        steps: [{ replicas: 50% }, { analysis: [{ name: smoke, job: smoke, timeout: 5m }] }]
`;
}

const names = (word: string): readonly string[] => Array.from({ length: 12 }, (_, index) => `${word}-${index}`);
const [old, fresh] = [names('old'), names('new')];
const map = (name: string) => `/ConfigMap/default/${name}`;

/** Registers what becomes of the limits of deletions where a delivery goes back, from the documents to the objects. */
export function describeRolloutLimits(backend: Backend): void {
  describe(`what a delivery brought, on ${backend.name}`, { timeout: 90_000 }, () => {
    let fleet: Fleet;
    let site: Site;
    const untilPhase = async (name: string, phase: string): Promise<void> => {
      const found = async () => {
        const { rollouts } = await fleet.client().rollouts({});
        return rollouts.find((one) => one.name === name && one.phase === phase);
      };
      await waitFor(`${name} to be ${phase}`, found, 30_000);
    };

    beforeAll(async () => {
      fleet = await startFleet({ backend, hub: { localCluster: 'local' } });
      await fleet.push({ 'clusters.yaml': clusterYaml('local', {}), 'api.yaml': application(1, '1', old) });
      site = await fleet.join('local');
      await untilPhase('api#1', 'succeeded');
    }, 90_000);
    afterAll(() => fleet.close());

    it('goes with it, however much that is, and no approval is asked', async () => {
      await fleet.push({ 'api.yaml': application(2, 'broken', [...old, ...fresh]) });
      await site.view.until(map('new-11'), 'made', () => true);
      await untilPhase('api#2', 'rolled-back');
      for (const name of fresh) await site.view.untilGone(map(name));
      const status = await fleet.until('api to be healthy again', (now) => {
        const { health, applied } = rowOf(now, 'default/api') ?? {};
        return health === 'Healthy' && applied === true;
      });
      expect(status.guarded).toEqual([]);
      for (const name of old) expect(await site.view.get(map(name))).toBeDefined();
    });

    it('is not what was there before: that waits for an approval', async () => {
      await fleet.push({ 'api.yaml': application(3, '1', ['another']) });
      const { guarded } = await fleet.until('the change to be guarded', (now) => now.guarded.length > 0);
      expect(guarded).toMatchObject([{ code: 'MASS_DELETE', cluster: 'local', application: 'default/api' }]);
      for (const name of old) expect(await site.view.get(map(name))).toBeDefined();
    });
  });
}
