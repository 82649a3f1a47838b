import type { LiveRoute } from '../../model/live.ts';
import { listAt, recordAt, stringAt } from '../../model/fields.ts';
import { serviceId, type ProviderReader } from './provider.ts';

/** Ingress: one backend for each Service, whatever hosts and paths lead there, and no weights. */
export const ingress: ProviderReader = {
  name: 'ingress',
  routesOf: (object) => {
    const seen = new Map<string, LiveRoute>();
    const paths = listAt(object, 'spec', 'rules').flatMap((rule) => listAt(rule, 'http', 'paths'));
    for (const path of paths) {
      const name = stringAt(recordAt(path, 'backend', 'service'), 'name');
      if (name === null) continue;
      seen.set(name, { rule: 0, service: serviceId(object.metadata.namespace ?? '', name), weight: 100 });
    }
    return [...seen.values()];
  },
};
