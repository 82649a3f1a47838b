import { z } from 'zod';
import type { Reporter, Steps } from '../../model/reporter.ts';
import { definePolicy } from '../policy.ts';
import { checkSelectors } from '../selector-check.ts';
import { isSelected, objectSelector } from '../selector.ts';

const propagation = z.enum(['orphan', 'cascading']);
const rule = z.strictObject({
  selector: objectSelector,
  strategy: z.enum(['never', 'onAppDelete', 'onAppUpdate']).optional(),
  propagation: propagation.optional(),
});
const schema = z.strictObject({
  keepLegacyResource: z.boolean().optional(),
  rules: z.array(rule).optional(),
  applicationRevisionLimit: z.number().int().min(0).optional(),
  continueOnFailure: z.boolean().optional(),
  order: z.enum(['dependency']).optional(),
  propagation: propagation.optional(),
});

/** Until when an object stays that its application has no more. */
const until = { never: 'never', onAppDelete: 'appDeleted', onAppUpdate: null } as const;

/** `garbage-collect`: what becomes of objects that the application has no more. The first rule that selects an object counts. */
export const garbageCollect = definePolicy({
  type: 'garbage-collect',
  isContent: true,
  schema,
  check: ({ properties }, where) => {
    const { path, reporter } = where;
    checkSelectors(properties.rules ?? [], where, true);
    for (const [index, one] of (properties.rules ?? []).entries()) {
      checkPropagation(one.propagation, [...path, 'rules', index, 'propagation'], reporter);
    }
    checkPropagation(properties.propagation, [...path, 'propagation'], reporter);
    for (const [member, why] of Object.entries(withoutEffect)) {
      if (properties[member as keyof typeof withoutEffect] === undefined) continue;
      reporter.warn('UNSUPPORTED', [...path, member], `${member} has no effect`, why);
    }
  },
  apply: ({ properties: { keepLegacyResource = false, rules = [] } }) => [
    ...rules.map(({ selector, strategy = 'onAppUpdate' }) => ({
      kind: 'objects' as const,
      selects: (one: Parameters<typeof isSelected>[1]) => isSelected(selector, one),
      rule: { rule: 'garbage-collect' as const, until: until[strategy] },
    })),
    ...(keepLegacyResource
      ? [
          {
            kind: 'objects' as const,
            selects: () => true,
            rule: { rule: 'garbage-collect' as const, until: until.onAppDelete },
          },
        ]
      : []),
  ],
});

const withoutEffect = {
  applicationRevisionLimit: 'the ledger keeps every revision',
  continueOnFailure: 'what cannot be deleted now is tried again, and keeps nothing else back',
  order: 'objects go in the order that Kubernetes needs: traffic, then workloads, then what they use',
};

function checkPropagation(value: string | undefined, at: Steps, reporter: Reporter): void {
  if (value !== 'orphan') return;
  const message = 'objects without their owner would run, and nothing would say why';
  reporter.error('UNSUPPORTED', at, message, 'keep the object itself: strategy never or onAppDelete');
}
