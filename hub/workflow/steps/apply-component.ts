import { z } from 'zod';
import { placeOf } from '../object-steps.ts';
import { delivering } from '../outcome.ts';
import { reportUnknown } from '../reference.ts';
import { defineStep } from '../step.ts';

const schema = z.strictObject({
  component: z.string().min(1),
  /** Absent or empty = the local cluster. */
  cluster: z.string().optional(),
  namespace: z.string().optional(),
});

/** `apply-component`: one component, healthy before the next. */
export const applyComponent = defineStep({
  type: 'apply-component',
  about: 'One component; the next step begins once it is healthy.',
  schema,
  check: ({ properties: { component } }, { application, path, reporter }) => {
    const names = application.spec.components.map(({ name }) => name);
    if (!names.includes(component)) {
      reportUnknown(reporter, [...path, 'component'], { what: 'component', name: component, names });
    }
  },
  wants: ({ properties: { component, cluster, namespace = '' } }) => {
    const scope = placeOf(cluster, namespace === '' ? null : namespace);
    return [{ scope, policies: [], components: [component], parallelism: null, action: 'run' as const }];
  },
  run: (_, input) => delivering(input),
});
