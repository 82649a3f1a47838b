import { groupKindOf, idOf, type KubeObject } from '../../../shared/model/object.ts';
import { providerOfKind } from '../../../shared/model/traffic.ts';
import type { LiveRoute } from '../../model/live.ts';
import { gatewayApi } from './gateway-api.ts';
import { ingress } from './ingress.ts';
import { istio } from './istio.ts';
import type { ProviderReader } from './provider.ts';

/** Every traffic provider whose live objects can be read. */
export const providers: readonly ProviderReader[] = [istio, gatewayApi, ingress];

/** The backends of a traffic object; null for an object that leads no traffic. */
export function routesOf(object: KubeObject, list: readonly ProviderReader[] = providers): readonly LiveRoute[] | null {
  const name = providerOfKind(groupKindOf(idOf(object)))?.name;
  return list.find((provider) => provider.name === name)?.routesOf(object) ?? null;
}
