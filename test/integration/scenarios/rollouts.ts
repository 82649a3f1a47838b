import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StatusView } from '../../../hub/api/status.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import type { Backend } from './backend.ts';
import { clusterYaml, deploymentOf, webApp } from './documents.ts';
import { patienceMs, rowOf, startFleet, type Fleet, type Site } from './fleet.ts';

const deployment = (name: string): string => `apps/Deployment/default/${name}`;
const route = 'networking.istio.io/VirtualService/default/front';

/** The one revision that gets all traffic, and the steps that lead to it. */
function rollout(revision: string, steps: string, deadline = '5m'): string {
  const alone = deploymentOf('front', [{ name: revision, weight: 100, replicas: 4 }]);
  return `${alone}  rollout: { progressDeadline: ${deadline}, steps: [${steps}] }\n`;
}

const tenth = '{ replicas: 25%, weight: 10 }';
const half = '{ replicas: 50%, weight: 50 }';

/** Pods and traffic of each revision that is there: `v1 4 (90), v2 1 (10)`. */
async function shown(site: Site): Promise<string> {
  const { http = [] } = ((await site.view.get(route))?.['spec'] ?? {}) as {
    readonly http?: readonly { readonly route: readonly { destination: { host: string }; weight?: number }[] }[];
  };
  const weights = new Map(
    http.flatMap((one) => one.route.map((to) => [to.destination.host.split('.')[0], to.weight ?? 100])),
  );
  const parts = ['v1', 'v2', 'v3', 'v4'].map(async (name) => {
    const object: KubeObject | undefined = await site.view.get(deployment(`web-${name}`));
    if (object === undefined) return [];
    const { replicas } = object['spec'] as { readonly replicas: number };
    return [`${name} ${replicas} (${weights.get(`front-${name}`) ?? 0})`];
  });
  return (await Promise.all(parts)).flat().join(', ');
}

/** Registers what happens to a deployment that goes step by step, from its documents to the pods. */
export function describeRollouts(backend: Backend): void {
  describe(`a rollout in steps, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    let site: Site;
    const row = async () => rowOf(await fleet.status(), 'default/front');
    const until = (what: string) =>
      waitFor(what, async () => ((await shown(site)) === what ? what : undefined), patienceMs).catch(async () => {
        expect(await shown(site)).toBe(what);
      });

    beforeAll(async () => {
      fleet = await startFleet({ backend, hub: { localCluster: 'local' } });
      await fleet.push({
        'clusters.yaml': clusterYaml('local', {}, 'istio'),
        'app.yaml': webApp('front', 'example/front:1'),
        'deploy.yaml': rollout('front-v1', `${tenth}, { pause: {} }`),
      });
      site = await fleet.join('local', { crds: ['istio'] });
      await fleet.settled();
    }, 120_000);
    afterAll(() => fleet.close());

    it('has no steps on a first installation', async () => {
      // A cluster that was not heard from is not given anything: the first bundle is empty.
      await until('v1 4 (100)');
      await fleet.until('it to be reported', (status) => {
        const { health, applied } = rowOf(status, 'default/front') ?? {};
        return health === 'Healthy' && applied === true;
      });
    });

    it('gives the new revision its share, and waits for a person', async () => {
      await fleet.push({
        'app.yaml': webApp('front', 'example/front:2'),
        'deploy.yaml': rollout('front-v2', `${tenth}, { pause: {} }, ${half}`),
      });
      await until('v1 4 (90), v2 1 (10)');
      await fleet.until('the pause to be reported', (status) => {
        const said = rowOf(status, 'default/front')?.message ?? '';
        return said.includes('step 2 of 3 (pause): waits for a decision');
      });
    });

    it('goes on without the hub, over the death of its agent, once the pause is out of the documents', async () => {
      await fleet.push({ 'deploy.yaml': rollout('front-v2', `${tenth}, { pause: 2s }, ${half}`) });
      await fleet.until(
        'the agent to have it',
        ({ clusters }) => clusters[0]?.acceptedGeneration === clusters[0]?.generation,
      );
      await fleet.stopHub();
      site.agent().kill();
      site.start();
      await until('v1 0 (0), v2 4 (100)');
      // What served goes once the hub has heard that it does no more.
      await fleet.startHub();
      site.agent().kill();
      site.start();
      await until('v2 4 (100)');
      expect((await fleet.settled()).problems).toEqual([]);
      expect(await row()).toMatchObject({
        health: 'Healthy',
        applied: true,
        revisions: [{ name: 'front-v2', ready: 4 }],
      });
    });

    it('goes back by itself where the new revision is broken, and by a revert at once', async () => {
      await fleet.push({
        'app.yaml': webApp('front', 'example/front:broken'),
        'deploy.yaml': rollout('front-v3', `${tenth}, { pause: 1h }`, '8s'),
      });
      await until('v2 4 (100), v3 1 (0)');
      await until('v2 4 (100), v3 0 (0)');
      await fleet.until('the way back to be reported', (status) => {
        const { health, applied, message = '' } = rowOf(status, 'default/front') ?? {};
        return health === 'Degraded' && applied === false && message.includes('went back at step 1 of 2');
      });
      await fleet.push({
        'app.yaml': webApp('front', 'example/front:2'),
        'deploy.yaml': rollout('front-v2', `${tenth}, { pause: 1h }`),
      });
      await until('v2 4 (100)');
      await fleet.until('front to be healthy again', (status) => {
        const { health, applied } = rowOf(status, 'default/front') ?? {};
        return health === 'Healthy' && applied === true;
      });
    });
  });

  describe(`a rollout in steps from what never became ready, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    beforeEach(async () => {
      fleet = await startFleet({ backend, hub: { localCluster: 'local' } });
      await fleet.push({
        'clusters.yaml': clusterYaml('local', {}, 'istio'),
        'app.yaml': webApp('front', 'example/front:broken'),
        'deploy.yaml': rollout('front-v1', half, '2s'),
      });
    }, 120_000);
    afterEach(() => fleet.close());

    it.each([
      ['although its agent had waited for it in vain', false],
      ['once an agent that was started anew has waited for it in vain', true],
    ])('goes to what mends it, %s', async (_, isStartedAnew) => {
      const site = await fleet.join('local', { crds: ['istio'] });
      const shows = (wanted: string) => (status: StatusView) => rowOf(status, 'default/front')?.health === wanted;
      await fleet.until('it to be late', shows('Degraded'));
      if (isStartedAnew) {
        site.agent().kill();
        site.start();
      }
      await fleet.push({
        'app.yaml': webApp('front', 'example/front:2'),
        'deploy.yaml': rollout('front-v2', `${tenth}, ${half}`, '2s'),
      });
      await fleet.until('the new one to serve', shows('Healthy'));
      await waitFor('it to be alone', async () => ((await shown(site)) === 'v2 4 (100)' ? true : undefined));
    });
  });
}
