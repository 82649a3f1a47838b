import type { ProviderName } from '../../../shared/model/traffic.ts';
import { isOffered } from '../../model/capabilities.ts';
import type { Capabilities, Traffic } from '../../model/documents.ts';
import { providers } from './providers/list.ts';
import type { ProviderRenderer } from './providers/provider.ts';

/** The provider of the traffic of a cluster, or why there is none; `better` is what `auto` would choose for new traffic. */
export type Choice =
  | { readonly kind: 'provider'; readonly provider: ProviderRenderer; readonly better: ProviderRenderer | null }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'missing'; readonly offered: readonly ProviderName[] };

/**
 * Chooses by what the cluster offers; traffic is held while its capabilities are not known. For new traffic, `auto` is
 * the first provider in the order of the list; one that needs a gateway only where a gateway is named (its kinds come
 * with many clusters, a gateway does not). Traffic that flows stays with its `current` provider while that is offered.
 */
export function chooseProvider(
  traffic: Pick<Traffic, 'provider' | 'gateways'>,
  capabilities: Capabilities | null,
  current: ProviderName | null = null,
  list: readonly ProviderRenderer[] = providers,
): Choice {
  const wanted = traffic.provider;
  if (wanted === 'none') return { kind: 'none' };
  if (capabilities === null) return { kind: 'unknown' };
  const offered = list.filter(({ name }) => isOffered(capabilities, name));
  const isReady = ({ name, needsGateway }: ProviderRenderer): boolean =>
    !needsGateway || gatewaysOf(traffic, name, capabilities).length > 0;
  const best = wanted === 'auto' ? (offered.find(isReady) ?? offered[0]) : offered.find(({ name }) => name === wanted);
  if (best === undefined) return { kind: 'missing', offered: offered.map(({ name }) => name) };
  const staying = wanted === 'auto' ? offered.find(({ name }) => name === current && name !== best.name) : undefined;
  return { kind: 'provider', provider: staying ?? best, better: staying === undefined ? null : best };
}

/** The gateways that a deployment names, else those that the cluster's capability names for the provider. */
export function gatewaysOf(
  traffic: Pick<Traffic, 'gateways'>,
  provider: ProviderName,
  capabilities: Capabilities | null,
): readonly string[] {
  if (traffic.gateways !== undefined) return traffic.gateways;
  const capability = capabilities?.[provider];
  return typeof capability === 'object' && 'gateways' in capability ? (capability.gateways ?? []) : [];
}

/** The class that the cluster's capability names for the provider. */
export function classNameOf(provider: ProviderName, capabilities: Capabilities | null): string | undefined {
  const capability = capabilities?.[provider];
  return typeof capability === 'object' && 'className' in capability ? capability.className : undefined;
}
