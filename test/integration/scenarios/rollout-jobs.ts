import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../shared/model/object.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import type { Backend } from './backend.ts';
import { clusterYaml, deploymentOf, webApp } from './documents.ts';
import { rowOf, startFleet, type Fleet, type Site } from './fleet.ts';

/** A component that runs to its end; one of the image `broken` starts no container, and fails after two seconds. */
function smoke(image: string): string {
  return `    - { name: smoke, type: task, properties: { image: "${image}", activeDeadlineSeconds: ${image.endsWith(':broken') ? 2 : 600} } }\n`;
}

const asked = 'steps: [{ replicas: 50% }, { analysis: [{ name: smoke, job: smoke, timeout: 5m }] }]';

/** The one revision of a deployment that gets all traffic, and the Job that is asked on the way to it. */
function deployed(revision: string): string {
  return `${deploymentOf('front', [{ name: revision, weight: 100, replicas: 2 }])}  rollout: { progressDeadline: 5m, ${asked} }\n`;
}

/** An Application whose Job is updated in place. */
function inPlace(image: string, job: string): string {
  return `${webApp('api', image).replace('name: web', 'name: api')}${smoke(job)}  policies:
    - { name: all, type: topology, properties: { clusters: [local] } }
    - { name: careful, type: rollout, properties: { onFailure: rollback, ${asked} } }
`;
}

/** Registers what happens to a rollout that asks Jobs of its application, from the documents to the pods. */
export function describeRolloutJobs(backend: Backend): void {
  describe(`a rollout that asks a Job, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    let site: Site;
    const job = (name: string) => site.view.get(`batch/Job/default/${name}`);
    const uidOf = async (name: string) => (await job(name))?.metadata.uid;
    const replicas = async (name: string): Promise<unknown> => {
      const object: KubeObject | undefined = await site.view.get(`apps/Deployment/default/${name}`);
      return (object?.['spec'] as { readonly replicas?: number } | undefined)?.replicas;
    };
    const until = async (what: string, check: () => Promise<boolean>): Promise<void> => {
      const test = async () => ((await check()) ? true : undefined);
      await waitFor(what, test, 30_000).catch(async () =>
        expect(`${(await fleet.cli('rollout', 'list')).stdout}${(await fleet.cli('status')).stdout}`).toBe(what),
      );
    };
    const untilPhase = (name: string, phase: string) =>
      until(`${name} to be ${phase}`, async () => {
        const { rollouts } = await fleet.client().rollouts({});
        return rollouts.find((one) => one.name === name)?.phase === phase;
      });
    const front = (image: string, smoked: string, revision: string) =>
      fleet.push({ 'front.yaml': `${webApp('front', image)}${smoke(smoked)}`, 'deploy.yaml': deployed(revision) });

    beforeAll(async () => {
      fleet = await startFleet({ backend, hub: { localCluster: 'local' } });
      await fleet.push({ 'clusters.yaml': clusterYaml('local', {}) });
      await front('example/front:1', 'example/smoke:1', 'front-v1');
      site = await fleet.join('local');
      await untilPhase('front#1', 'succeeded');
    }, 120_000);
    afterAll(() => fleet.close());

    it('goes on once the Job is complete, which is made once, also where the agent dies meanwhile', async () => {
      await front('example/front:2', 'example/smoke:2', 'front-v2');
      await site.view.until('batch/Job/default/front-smoke-v2', 'made', () => true);
      const uid = await uidOf('front-smoke-v2');
      site.agent().kill();
      site.start();
      await untilPhase('front#2', 'succeeded');
      expect([await replicas('web-v2'), await uidOf('front-smoke-v2')]).toEqual([2, uid]);
    });

    it('goes back where it failed, says why, and runs nothing again', async () => {
      const uid = await uidOf('front-smoke-v2');
      await front('example/front:3', 'example/smoke:broken', 'front-v3');
      await fleet.until('the Job to be waited for', (now) => {
        const { message = '' } = rowOf(now, 'default/front') ?? {};
        return message.includes('step 2 of 2 (analysis smoke): analysis smoke: Job/front-smoke-v3');
      });
      const status = await fleet.until('the way back to be reported', (now) => {
        const { health, message = '' } = rowOf(now, 'default/front') ?? {};
        return health === 'Degraded' && message.includes('went back at step 2 of 2');
      });
      expect(rowOf(status, 'default/front')?.message).toContain('Job was active longer than specified deadline');
      await until('the pods of before', async () => (await replicas('web-v2')) === 2);
      await untilPhase('front#3', 'halted');
      const failed = await uidOf('front-smoke-v3');
      site.agent().kill();
      site.start();
      await front('example/front:2', 'example/smoke:2', 'front-v2');
      await fleet.until('front to be healthy again', (now) => {
        const { health, applied } = rowOf(now, 'default/front') ?? {};
        return health === 'Healthy' && applied === true;
      });
      expect([await uidOf('front-smoke-v2'), failed === undefined]).toEqual([uid, false]);
    });

    it('makes one anew that is updated in place, and takes the content back without it', async () => {
      await fleet.push({ 'api.yaml': inPlace('example/api:1', 'example/smoke:1') });
      await untilPhase('api#1', 'succeeded');
      const first = await uidOf('api-smoke');
      await fleet.push({ 'api.yaml': inPlace('example/api:2', 'example/smoke:1') });
      await untilPhase('api#2', 'succeeded');
      const second = await uidOf('api-smoke');
      expect([first === undefined, second === undefined, first === second]).toEqual([false, false, false]);
      await fleet.push({ 'api.yaml': inPlace('example/api:3', 'example/smoke:broken') });
      await untilPhase('api#3', 'rolled-back');
      await site.view.untilGone('batch/Job/default/api-smoke');
      await fleet.until('api to be healthy again', (now) => {
        const { health, applied } = rowOf(now, 'default/api') ?? {};
        return health === 'Healthy' && applied === true;
      });
      await fleet.push({ 'api.yaml': inPlace('example/api:4', 'example/smoke:1') });
      await untilPhase('api#4', 'succeeded');
      expect(await uidOf('api-smoke')).toBeDefined();
    });
  });
}
