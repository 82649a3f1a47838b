import type { Capabilities, Traffic } from '../../model/documents.ts';
import { isOffered } from '../../model/capabilities.ts';
import { providerNames, type ProviderName } from '../../../shared/model/traffic.ts';

export type Provider = ProviderName;

/** Which provider carries the traffic of a cluster, or why none does; `better` would carry it if it began now. */
export type Choice =
  | { readonly kind: 'provider'; readonly provider: Provider; readonly better: Provider | null }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'missing'; readonly offered: readonly Provider[] };

/**
 * Chooses by what the cluster offers; capabilities that are not known yet hold the traffic. `auto` is the first in order
 * for traffic that begins, Gateway API only where a gateway is named (its kinds come with many clusters, a gateway does
 * not); what flows already stays where it is for as long as the cluster offers that.
 */
export function chooseProvider(
  traffic: Pick<Traffic, 'provider' | 'gateways'>,
  capabilities: Capabilities | null,
  carrier: Provider | null = null,
): Choice {
  const wanted = traffic.provider;
  if (wanted === 'none') return { kind: 'none' };
  if (capabilities === null) return { kind: 'unknown' };
  const offered = providerNames.filter((provider) => isOffered(capabilities, provider));
  const isReady = (candidate: Provider) =>
    candidate !== 'gateway-api' || gatewaysOf(traffic, candidate, capabilities).length > 0;
  const first = offered.find(isReady) ?? offered[0];
  const best = wanted === 'auto' ? first : offered.find((candidate) => candidate === wanted);
  if (best === undefined) return { kind: 'missing', offered };
  const stays = wanted === 'auto' && carrier !== null && carrier !== best && offered.includes(carrier);
  return { kind: 'provider', provider: stays ? carrier : best, better: stays ? best : null };
}

/** The gateways that a deployment names, else those that the cluster's capabilities name for the provider. */
export function gatewaysOf(
  traffic: Pick<Traffic, 'gateways'>,
  provider: 'istio' | 'gateway-api',
  capabilities: Capabilities | null,
): readonly string[] {
  if (traffic.gateways !== undefined) return traffic.gateways;
  const capability = capabilities?.[provider];
  return typeof capability === 'object' ? (capability.gateways ?? []) : [];
}
