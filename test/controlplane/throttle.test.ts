import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKube } from '../../agent/kube/client.ts';
import { loadKubeAccess } from '../../agent/kube/config.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { systemClock, systemRandom } from '../../shared/adapters/clock.ts';
import { sendOk } from './client.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { describeControlPlane } from './suite.ts';
import { waitFor } from './wait.ts';

const flow = '/apis/flowcontrol.apiserver.k8s.io/v1';

describeControlPlane('a server that throttles by priority and fairness', (binaries) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ name: 'throttle', binaries });
    // No seats and no queue: whoever lands in this level is rejected.
    const limited = { nominalConcurrencyShares: 0, lendablePercent: 0, borrowingLimitPercent: 0 };
    const limitResponse = { type: 'Reject' };
    await sendOk(cluster.admin, {
      method: 'POST',
      path: `${flow}/prioritylevelconfigurations`,
      body: { metadata: { name: 'nothing' }, spec: { type: 'Limited', limited: { ...limited, limitResponse } } },
    });
    const rules = {
      subjects: [{ kind: 'User', user: { name: 'throttled' } }],
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    };
    await sendOk(cluster.admin, {
      method: 'POST',
      path: `${flow}/flowschemas`,
      body: {
        metadata: { name: 'throttled' },
        spec: { priorityLevelConfiguration: { name: 'nothing' }, matchingPrecedence: 2, rules: [rules] },
      },
    });
  });
  afterAll(async () => cluster.stop());

  it('answers 429 with Retry-After of whole seconds, in plain text', async () => {
    const headers = { 'impersonate-user': 'throttled', 'impersonate-group': 'system:authenticated' };
    const answer = await waitFor('429', async () => {
      const found = await cluster.admin.send({ path: '/api/v1/namespaces/default', headers });
      return found.status === 429 ? found : undefined;
    });
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    expect(typeof answer.body).toBe('string');
  });

  it('is waited for by the agent as long as the budget lasts, and is TOO_MANY_REQUESTS then', async () => {
    const slept: number[] = [];
    // Waits are remembered, not waited.
    const clock: Clock = {
      ...systemClock,
      sleep: async (ms) => {
        slept.push(ms);
        await Promise.resolve();
      },
    };
    const access = loadKubeAccess({ kubeconfig: cluster.kubeconfig, allowExec: false, clock });
    const impersonate = { user: 'throttled', groups: ['system:authenticated'] };
    const kube = createKube({ access, clock, random: systemRandom, impersonate, retryBudgetMs: 5_000 });
    const { signal } = new AbortController();
    await expect(kube.resources(signal)).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(slept.length).toBeGreaterThan(0);
    expect(Math.min(...slept)).toBeGreaterThanOrEqual(1_000);
    kube.close();
  });
});
