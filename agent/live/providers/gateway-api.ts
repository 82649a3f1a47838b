import { listAt, numberAt, stringAt } from '../../model/fields.ts';
import { serviceId, type ProviderReader } from './provider.ts';

/** HTTPRoute: a backend reference is a Service of its own or of the route's namespace; no weight means 1. */
export const gatewayApi: ProviderReader = {
  name: 'gateway-api',
  routesOf: (object) =>
    listAt(object, 'spec', 'rules').flatMap((one, rule) =>
      listAt(one, 'backendRefs').map((reference) => ({
        rule,
        service: serviceId(
          stringAt(reference, 'namespace') ?? object.metadata.namespace ?? '',
          stringAt(reference, 'name') ?? '',
        ),
        weight: numberAt(reference, 'weight') ?? 1,
      })),
    ),
};
