import type { Agent } from '../model/agent.ts';
import { trafficProviders } from '../../shared/model/traffic.ts';

// Reports may be made while an earlier one still asks.
const asking = new WeakMap<Agent, Promise<void>>();

/**
 * Asks the cluster what it is, once in a heartbeat: its version and what traffic can be led with, which somebody may have installed
 * since. Rejects where it did not answer: what was known stays, and the next report asks again.
 */
export function discoverCapabilities(agent: Agent): Promise<void> {
  const { memory, deps } = agent;
  if (deps.clock.monotonic() - memory.learnedAt < deps.settings.heartbeatMs) return Promise.resolve();
  const known = asking.get(agent);
  if (known !== undefined) return known;
  const asked = ask(agent).finally(() => asking.delete(agent));
  asking.set(agent, asked);
  return asked;
}

async function ask({ memory, deps, kube, signal }: Agent): Promise<void> {
  if (memory.kubernetes !== '') kube.forgetResources();
  const resources = await kube.resources(signal);
  const served = new Set(resources.map((one) => `${one.group}/${one.kind} ${one.version}`));
  const kubernetes = await kube.version(signal);
  // A provider is a capability where its kind is served in a version that bundles may carry.
  memory.capabilities = trafficProviders
    .filter(({ group, kind, version, olderVersions }) =>
      [version, ...olderVersions].some((one) => served.has(`${group}/${kind} ${one}`)),
    )
    .map(({ name }) => name);
  memory.kubernetes = kubernetes;
  memory.learnedAt = deps.clock.monotonic();
}
