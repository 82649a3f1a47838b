import { z } from 'zod';
import { bringing, objectsWant } from '../object-steps.ts';
import { defineStep } from '../step.ts';

const schema = z.strictObject({
  configName: z.string().min(1),
  namespace: z.string().min(1).optional(),
  data: z.record(z.string(), z.unknown()),
  cluster: z.string().optional(),
});

/** `export2config`: a ConfigMap of some values. */
export const exportToConfig = defineStep({
  type: 'export2config',
  about: 'A ConfigMap of some values.',
  schema,
  check: () => undefined,
  takes: ['configName', 'namespace', 'data'],
  wants: ({ properties: { cluster } }) => objectsWant(cluster),
  brings: ({ properties: { configName: name, namespace, cluster = '' } }) => ({
    cluster,
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } },
  }),
  run: ({ properties: { configName, namespace, data } }) => {
    const texts = Object.entries(data).map(([key, one]) => [key, typeof one === 'string' ? one : JSON.stringify(one)]);
    const metadata = { name: configName, ...(namespace !== undefined && { namespace }) };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: Object.fromEntries(texts) as unknown };
    return bringing([object], { apply: { value: object }, output: { value: object } });
  },
});
