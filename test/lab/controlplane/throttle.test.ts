import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKube } from '../../../agent/kube/client.ts';
import { loadKubeAccess } from '../../../agent/kube/config.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { systemClock, systemRandom } from '../../../shared/adapters/clock.ts';
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
    // No seats and no queue: whoever comes while another request runs is rejected (one alone is let through).
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

  const burst = Array.from({ length: 40 }, (_, index) => index);

  it('answers 429 with Retry-After of whole seconds, in plain text', async () => {
    const headers = { 'impersonate-user': 'throttled', 'impersonate-group': 'system:authenticated' };
    const refused = await waitFor('429', async () => {
      const answers = await Promise.all(burst.map(async () => cluster.admin.send({ path: '/version', headers })));
      return answers.find(({ status }) => status === 429);
    });
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    expect(typeof refused.body).toBe('string');
  });

  it('is waited for by the agent as long as the server asks, and then answers', async () => {
    const slept: number[] = [];
    // Waits are remembered, and shortened a hundred times.
    const clock: Clock = {
      ...systemClock,
      sleep: async (ms, signal) => {
        slept.push(ms);
        await systemClock.sleep(ms / 100, signal);
      },
    };
    const access = loadKubeAccess({ kubeconfig: cluster.kubeconfig, allowExec: false, clock });
    const impersonate = { user: 'throttled', groups: ['system:authenticated'] };
    const kube = createKube({ access, clock, random: systemRandom, impersonate, retryBudgetMs: 10_000_000 });
    const { signal } = new AbortController();
    await waitFor('a request that had to wait', async () => {
      const versions = await Promise.all(burst.map(async () => kube.version(signal)));
      expect(new Set(versions).size).toBe(1);
      return slept.length > 0 ? true : undefined;
    });
    expect(Math.min(...slept)).toBeGreaterThanOrEqual(1_000);
    kube.close();
  });
});
