import { listAt, numberAt, stringAt } from '../../model/fields.ts';
import { serviceId, type ProviderReader } from './provider.ts';

/** VirtualService: the host of a destination is a Service, `NAME` or `NAME.NAMESPACE...`; no weight means all. */
export const istio: ProviderReader = {
  name: 'istio',
  routesOf: (object) =>
    listAt(object, 'spec', 'http').flatMap((one, rule) =>
      listAt(one, 'route').map((route) => ({
        rule,
        service: serviceOf(route, object.metadata.namespace ?? ''),
        weight: numberAt(route, 'weight') ?? 100,
      })),
    ),
};

function serviceOf(route: unknown, namespace: string): string {
  const [name = '', inNamespace] = (stringAt(route, 'destination', 'host') ?? '').split('.');
  return serviceId(inNamespace ?? namespace, name);
}
