import { describe, expect, it } from 'vitest';
import type { KubeResource } from '../../../../agent/model/kube.ts';
import { discoverCapabilities } from '../../../../agent/report/capabilities.ts';
import { fakeChannel, handAgent, manualClock, testDeps } from '../../../fakes/agent.ts';
import { fakeKube } from '../../../fakes/kube.ts';

/** The capabilities that an agent finds in a cluster that serves these kinds, each `group/version/kind`. */
async function capabilities(...served: readonly string[]): Promise<readonly string[]> {
  const resources = served.map((text): KubeResource => {
    const [group = '', version = '', kind = ''] = text.split('/');
    return { group, version, kind, plural: `${kind}s`, namespaced: true, verbs: ['list'], subresources: [] };
  });
  const kube = { ...fakeKube(), resources: () => Promise.resolve(resources) };
  const agent = handAgent(testDeps(kube, fakeChannel(), manualClock()));
  await discoverCapabilities(agent);
  return agent.memory.report.capabilities;
}

describe('what a cluster is', () => {
  it('is asked once by reports that are made at the same time, and again after an answer that did not come', async () => {
    let asked = 0;
    const version = async (): Promise<string> => {
      asked += 1;
      await Promise.resolve();
      if (asked === 1) throw new Error('no answer');
      return 'v1.36.3';
    };
    const agent = handAgent(testDeps({ ...fakeKube(), version }, fakeChannel(), manualClock()));
    const early = await Promise.allSettled([discoverCapabilities(agent), discoverCapabilities(agent)]);
    expect([asked, ...early.map(({ status }) => status)]).toEqual([1, 'rejected', 'rejected']);
    await Promise.all([discoverCapabilities(agent), discoverCapabilities(agent)]);
    await discoverCapabilities(agent);
    expect([asked, agent.memory.report.kubernetes]).toEqual([2, 'v1.36.3']);
  });
});

describe('what is installed into a cluster later', () => {
  it('is found with a heartbeat, by asking anew; what was known stays where that is not answered', async () => {
    const kube = fakeKube();
    const clock = manualClock();
    const gateway: KubeResource = {
      ...{ group: 'gateway.networking.k8s.io', version: 'v1', kind: 'HTTPRoute', plural: 'httproutes' },
      ...{ namespaced: true, verbs: ['list'], subresources: [] },
    };
    let served: readonly KubeResource[] | null = [];
    let known: readonly KubeResource[] | null = null;
    const resources = (): Promise<readonly KubeResource[]> => {
      known ??= served;
      return known === null ? Promise.reject(new Error('no answer')) : Promise.resolve(known);
    };
    const forgetResources = () => (known = null);
    const agent = handAgent(testDeps({ ...kube, resources, forgetResources }, fakeChannel(), clock));
    await discoverCapabilities(agent);
    served = [gateway];
    await discoverCapabilities(agent);
    expect(agent.memory.report.capabilities).toEqual([]);
    clock.move(agent.deps.settings.heartbeatMs);
    await discoverCapabilities(agent);
    expect(agent.memory.report.capabilities).toEqual(['gateway-api']);
    served = null;
    clock.move(agent.deps.settings.heartbeatMs);
    await expect(discoverCapabilities(agent)).rejects.toThrow('no answer');
    expect([agent.memory.report.kubernetes, agent.memory.report.capabilities]).toEqual(['v1.36.3', ['gateway-api']]);
  });
});

describe('what a cluster can lead traffic with', () => {
  it.each([
    ['Istio', 'networking.istio.io/v1/VirtualService', ['istio']],
    ['an older Istio, whose version may stand in', 'networking.istio.io/v1beta1/VirtualService', ['istio']],
    ['an Istio that is too old', 'networking.istio.io/v1alpha3/VirtualService', []],
    ['the Gateway API', 'gateway.networking.k8s.io/v1/HTTPRoute', ['gateway-api']],
    ['a Gateway API that is too old', 'gateway.networking.k8s.io/v1beta1/HTTPRoute', []],
    ['Ingress', 'networking.k8s.io/v1/Ingress', ['ingress']],
  ])('%s', async (_title, served, expected) => {
    expect(await capabilities(served)).toEqual(expected);
  });
});
