import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../shared/model/object.ts';
import type { Backend } from '../../integration/scenarios/backend.ts';
import { clusterYaml, deploymentOf, webApp } from '../../integration/scenarios/documents.ts';
import { rowOf, startFleet, type Fleet, type Site } from '../../integration/scenarios/fleet.ts';
import { startCluster } from './cluster.ts';
import { findPrometheus, startMetrics, type Metrics } from './prometheus.ts';
import { describeControlPlane } from './suite.ts';
import { waitFor } from './wait.ts';

const found = await findPrometheus();
const missing = 'reason' in found ? found.reason : null;
const minutes = { timeout: 120_000 };

describeControlPlane('a rollout that asks a real Prometheus', (binaries) => {
  const backend: Backend = {
    name: 'real API servers',
    start: (name, crds) => startCluster({ name, binaries, crds }),
  };

  describe.skipIf(missing !== null)(missing ?? 'over HTTP', minutes, () => {
    let metrics: Metrics;
    let fleet: Fleet;
    const closing: (() => Promise<void>)[] = [];
    let site: Site;
    const analysis = () =>
      `{ name: errors, prometheus: { address: "${metrics.url}", query: "max(web_errors_ratio)", condition: "<0.05" }, interval: 1s, duration: 2s }`;

    /** Half of the pods, then the answer of the server, then all of them. */
    const stepped = (revision: string): string =>
      `${deploymentOf('front', [{ name: revision, weight: 100, replicas: 2 }])}  rollout: { steps: [{ replicas: 50% }, { analysis: [${analysis()}] }] }\n`;
    /** One wave whose end the hub asks for, and one after it. */
    const inWaves = (image: string): string => `${webApp('api', image).replace('name: web', 'name: api')}  policies:
    - { name: all, type: topology, properties: { clusters: [local] } }
    - { name: careful, type: rollout, properties: { onFailure: rollback, analysis: [${analysis()}] } }
`;
    const phaseOf = async (name: string): Promise<string | undefined> =>
      (await fleet.client().rollouts({})).rollouts.find((one) => one.name === name)?.phase;
    const untilPhase = (name: string, phase: string) =>
      waitFor(`${name} to be ${phase}`, async () => ((await phaseOf(name)) === phase ? true : undefined)).catch(
        async () =>
          expect(
            `${(await fleet.cli('rollout', 'show', name.replace(/#.*/, ''))).stdout}${(await fleet.cli('status')).stdout}`,
          ).toBe(phase),
      );
    const replicas = async (name: string): Promise<unknown> => {
      const object: KubeObject | undefined = await site.view.get(`apps/Deployment/default/${name}`);
      return (object?.['spec'] as { readonly replicas?: number } | undefined)?.replicas;
    };

    beforeAll(async () => {
      if ('reason' in found) return;
      metrics = await startMetrics(found.path);
      closing.unshift(metrics.stop);
      await metrics.show('web_errors_ratio', 0.01);
      const allow = [new URL(metrics.url).host];
      fleet = await startFleet({ backend, hub: { localCluster: 'local', effects: { allow } } });
      closing.unshift(fleet.close);
      await fleet.push({
        'clusters.yaml': clusterYaml('local', {}),
        'app.yaml': webApp('front', 'example/front:1'),
        'deploy.yaml': stepped('front-v1'),
      });
      site = await fleet.join('local', { agent: { flags: { analysisAllow: metrics.url } } });
      await untilPhase('front#1', 'succeeded');
    }, 120_000);
    afterAll(async () => {
      for (const close of closing) await close();
    });

    it('goes on where the answers of the agent’s queries are good', async () => {
      await fleet.push({ 'app.yaml': webApp('front', 'example/front:2'), 'deploy.yaml': stepped('front-v2') });
      await untilPhase('front#2', 'succeeded');
      expect(await replicas('web-v2')).toBe(2);
    });

    it('goes back where they are bad, and says the value', async () => {
      await metrics.show('web_errors_ratio', 0.5);
      await fleet.push({ 'app.yaml': webApp('front', 'example/front:3'), 'deploy.yaml': stepped('front-v3') });
      const status = await fleet.until('the way back to be reported', (now) => {
        const { health, message = '' } = rowOf(now, 'default/front') ?? {};
        return health === 'Degraded' && message.includes('went back at step 2 of 2');
      });
      expect(rowOf(status, 'default/front')).toMatchObject({ applied: false });
      expect(rowOf(status, 'default/front')?.message).toContain('it is 0.5, and has to be <0.05');
      await waitFor('front-v2 to have its pods', async () => ((await replicas('web-v2')) === 2 ? true : undefined));
      await untilPhase('front#3', 'halted');
    });

    it('is taken back by the hub where the answers after a wave are bad', async () => {
      await metrics.show('web_errors_ratio', 0.02);
      await fleet.push({ 'api.yaml': inWaves('example/api:1') });
      await untilPhase('api#1', 'succeeded');
      await metrics.show('web_errors_ratio', 0.7);
      await fleet.push({ 'api.yaml': inWaves('example/api:2') });
      await untilPhase('api#2', 'rolled-back');
      const { rollouts } = await fleet.client().rollouts({});
      expect(rollouts.find(({ name }) => name === 'api#2')?.reason).toContain('it is 0.7, and has to be <0.05');
      await site.view.until('apps/Deployment/default/api', 'of the first image again', (object) =>
        JSON.stringify(object).includes('example/api:1'),
      );
    });
  });
});
