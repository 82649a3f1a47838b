import { trafficProviders } from '../../shared/model/traffic.ts';
import type { AgentDeps } from '../model/deps.ts';
import type { Kube } from '../model/kube.ts';
import type { ReportMemory } from './memory.ts';

/** What asking the cluster needs of the agent. */
export interface CapabilityPorts {
  readonly memory: { readonly report: ReportMemory };
  readonly kube: Kube;
  readonly deps: Pick<AgentDeps, 'clock' | 'settings'>;
  readonly signal: AbortSignal;
}

/**
 * Reads the cluster's version and capabilities, once in a heartbeat: a traffic provider may have been installed since. Calls at
 * the same time share one answer. Rejects where the cluster does not answer: the last answer stays, and the next report asks again.
 */
export function discoverCapabilities(ports: CapabilityPorts): Promise<void> {
  const { deps } = ports;
  const { report } = ports.memory;
  if (deps.clock.monotonic() - report.discoveredAt < deps.settings.heartbeatMs) return Promise.resolve();
  report.discovery ??= discover(ports).finally(() => {
    report.discovery = null;
  });
  return report.discovery;
}

async function discover({ memory: { report }, deps, kube, signal }: CapabilityPorts): Promise<void> {
  if (report.kubernetes !== '') kube.forgetResources();
  const resources = await kube.resources(signal);
  const served = new Set(resources.map((one) => `${one.group}/${one.kind} ${one.version}`));
  const kubernetes = await kube.version(signal);
  // A provider is a capability where its kind is served in a version that bundles may carry.
  report.capabilities = trafficProviders
    .filter(({ group, kind, version, olderVersions }) =>
      [version, ...olderVersions].some((one) => served.has(`${group}/${kind} ${one}`)),
    )
    .map(({ name }) => name);
  report.kubernetes = kubernetes;
  report.discoveredAt = deps.clock.monotonic();
}
