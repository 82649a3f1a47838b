import { z } from 'zod';
import { isSecret } from '../../../shared/model/object.ts';
import { bringing, objectsWant } from '../object-steps.ts';
import { defineStep } from '../step.ts';

const value = z.looseObject({
  apiVersion: z.string().min(1),
  kind: z.string().min(1),
  metadata: z.looseObject({ name: z.string().min(1), namespace: z.string().optional() }),
});

const schema = z.strictObject({
  value,
  /** Absent or empty = the local cluster. */
  cluster: z.string().optional(),
});

/** `apply-object`: one object, with the next bundle of its cluster. */
export const applyObject = defineStep({
  type: 'apply-object',
  about: 'One object, with the next bundle of its cluster.',
  schema,
  check: () => undefined,
  takes: ['value'],
  wants: ({ properties: { cluster } }) => objectsWant(cluster),
  brings: ({ properties: { value: object, cluster = '' } }) => ({ cluster, object }),
  run: ({ properties: { value: object } }) => {
    // What a Secret says is for nothing that is stored or shown.
    const shown = isSecret(object)
      ? {}
      : { output: { value: object }, apply: { value: object, $returns: { value: object } } };
    return bringing([object], shown);
  },
});
