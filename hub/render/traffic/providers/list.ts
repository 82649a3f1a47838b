import { gatewayApi } from './gateway-api.ts';
import { ingress } from './ingress.ts';
import { istio } from './istio.ts';
import type { ProviderRenderer } from './provider.ts';

/** Every provider that traffic can be rendered for, in the order in which `auto` looks for them. */
export const providers: readonly ProviderRenderer[] = [istio, gatewayApi, ingress];
