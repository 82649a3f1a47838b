import type { Capabilities, Traffic } from '../../../shared/model/documents.ts';

/** The providers in the order in which `auto` looks for them. */
export const providers = ['istio', 'gateway-api', 'ingress'] as const;
export type Provider = (typeof providers)[number];

/** Which provider carries the traffic of a cluster, or why none does. */
export type Choice =
  | { readonly kind: 'provider'; readonly provider: Provider }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'missing'; readonly offered: readonly Provider[] };

/** Chooses by what the cluster offers; capabilities that are not known yet hold the traffic. */
export function chooseProvider(wanted: Traffic['provider'], capabilities: Capabilities | null): Choice {
  if (wanted === 'none') return { kind: 'none' };
  if (capabilities === null) return { kind: 'unknown' };
  const offered = providers.filter(
    (provider) => capabilities[provider] !== undefined && capabilities[provider] !== false,
  );
  const provider = wanted === 'auto' ? offered[0] : offered.find((candidate) => candidate === wanted);
  return provider === undefined ? { kind: 'missing', offered } : { kind: 'provider', provider };
}

/** The gateways that a deployment names, else those that the cluster's capabilities name for the provider. */
export function gatewaysOf(
  traffic: Traffic,
  provider: 'istio' | 'gateway-api',
  capabilities: Capabilities | null,
): readonly string[] {
  if (traffic.gateways !== undefined) return traffic.gateways;
  const capability = capabilities?.[provider];
  return typeof capability === 'object' ? (capability.gateways ?? []) : [];
}
