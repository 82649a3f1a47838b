import { z } from 'zod';
import { namespaceOf } from '../../model/documents.ts';
import { listAt, valueAt } from '../../model/json-map.ts';
import { moment } from '../outcome.ts';
import { reportUnknown } from '../reference.ts';
import { defineStep } from '../step.ts';

const schema = z.strictObject({
  name: z.string().min(1).optional(),
  namespace: z.string().min(1).optional(),
  components: z.array(z.string().min(1)).min(1).optional(),
  port: z.number().int().min(1).max(65_535).optional(),
  portName: z.string().min(1).optional(),
  outer: z.boolean().optional(),
  // KubeVela's spelling.
  protocal: z.string().min(1).optional(),
});

/** `collect-service-endpoints`: where the Service of a component is reached inside its cluster. */
export const collectServiceEndpoints = defineStep({
  type: 'collect-service-endpoints',
  about: 'Gives `value.url` and `value.endpoint`: where the Service of a component is reached in its cluster.',
  schema,
  check: ({ properties }, { application, path, reporter }) => {
    const names = application.spec.components.map(({ name }) => name);
    for (const [index, name] of (properties.components ?? []).entries()) {
      if (names.includes(name)) continue;
      reportUnknown(reporter, [...path, 'components', index], { what: 'component', name, names });
    }
    if (properties.name !== undefined && properties.name !== application.metadata.name) {
      const hint = 'leave it out: a step reads its own application';
      reporter.error('UNSUPPORTED', [...path, 'name'], 'endpoints of another application are not known', hint);
    }
    if (properties.outer === true) {
      const hint = 'leave it out for the address inside the cluster';
      reporter.error('UNSUPPORTED', [...path, 'outer'], 'agents do not report addresses of load balancers', hint);
    }
  },
  run: ({ properties }, { application }) => {
    const { components = [], portName, protocal = 'http' } = properties;
    const chosen = application.spec.components.find(({ name }) => components.length === 0 || components.includes(name));
    if (chosen === undefined) return moment('failed', 'there is no component');
    const ports = listAt(chosen.properties, 'ports');
    const named = ports.find((one) => portName === undefined || valueAt(one, 'name') === portName);
    const port = properties.port ?? Number(valueAt(named, 'port') ?? 80);
    const host = `${chosen.name}.${properties.namespace ?? namespaceOf(application)}`;
    const value = { endpoint: { host, port }, url: `${protocal}://${host}:${port}` };
    return moment('succeeded', value.url, { outputs: { value, endpoints: [value], outputs: { value } } });
  },
});
