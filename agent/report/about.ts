import type { Agent } from '../model/agent.ts';

/** Kinds whose being served makes a capability. */
const capabilityKinds: readonly (readonly [string, string, string])[] = [
  ['istio', 'networking.istio.io', 'VirtualService'],
  ['gateway-api', 'gateway.networking.k8s.io', 'HTTPRoute'],
  ['ingress', 'networking.k8s.io', 'Ingress'],
];

/** Asks the cluster once what it is: its version and what traffic can be led with. */
export async function learnAbout(agent: Agent): Promise<void> {
  const { memory, kube, signal } = agent;
  if (memory.kubernetes !== '') return;
  const resources = await kube.resources(signal);
  const served = new Set(resources.map((one) => `${one.group}/${one.kind}`));
  memory.capabilities = capabilityKinds
    .filter(([, group, kind]) => served.has(`${group}/${kind}`))
    .map(([name]) => name);
  memory.kubernetes = await kube.version(signal);
}
