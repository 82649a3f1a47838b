import { z } from 'zod';
import { placeOf } from '../object-steps.ts';
import { delivering } from '../outcome.ts';
import { reportUnknown } from '../reference.ts';
import { defineStep } from '../step.ts';

const exception = z.strictObject({
  skipApplyWorkload: z.boolean().optional(),
  skipAllTraits: z.boolean().optional(),
  skipTraits: z.array(z.string()).optional(),
});

const schema = z.strictObject({
  /** Components that are left out: their names, or, as older releases of KubeVela write it, a mapping by name. */
  exceptions: z.union([z.array(z.string().min(1)), z.record(z.string(), exception)]).optional(),
});
type Exceptions = NonNullable<z.infer<typeof schema>['exceptions']>;

/** Each component that is left out, and where it stands. */
function excepted(exceptions: Exceptions): readonly { readonly name: string; readonly step: string | number }[] {
  return Array.isArray(exceptions)
    ? exceptions.map((name, step) => ({ name, step }))
    : Object.keys(exceptions).map((name) => ({ name, step: name }));
}

const wholes = ['skipApplyWorkload', 'skipAllTraits'] as const;

/** `apply-remaining`: all components but those that are excepted, to the local cluster. */
export const applyRemaining = defineStep({
  type: 'apply-remaining',
  about: 'All components but those in `exceptions`, to the local cluster.',
  schema,
  check: ({ properties: { exceptions = {} } }, { application, path, reporter }) => {
    const names = application.spec.components.map(({ name }) => name);
    for (const { name, step } of excepted(exceptions)) {
      const at = [...path, 'exceptions', step];
      if (!names.includes(name)) reportUnknown(reporter, at, { what: 'component', name, names });
      const part = Array.isArray(exceptions) ? undefined : wholes.find((one) => exceptions[name]?.[one] === false);
      if (part === undefined) continue;
      const hint = 'remove it, or deliver the component by a step of its own';
      reporter.error('UNSUPPORTED', [...at, part], 'a component is delivered whole, or not at all', hint);
    }
  },
  wants: ({ properties: { exceptions = {} } }, { application }) => {
    const names = application.spec.components.map(({ name }) => name);
    const left = new Set(excepted(exceptions).map(({ name }) => name));
    const components = names.filter((name) => !left.has(name));
    return [{ scope: placeOf(), policies: [], components, parallelism: null, action: 'run' as const }];
  },
  run: (_, input) => delivering(input),
});
