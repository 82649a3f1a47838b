import { z } from 'zod';
import { definePolicy } from '../policy.ts';
import { checkObjectSelector, isSelected, objectSelector } from '../selector.ts';

const schema = z.strictObject({ rules: z.array(z.strictObject({ selector: objectSelector })).min(1) });

/** `take-over`: objects that are there already become this application's. */
export const takeOver = definePolicy({
  type: 'take-over',
  isContent: true,
  schema,
  check: ({ properties: { rules } }, { path, reporter }) => {
    for (const [index, { selector }] of rules.entries()) {
      checkObjectSelector(selector, [...path, 'rules', index, 'selector'], reporter);
    }
  },
  apply: ({ properties: { rules } }) =>
    rules.map(({ selector }) => ({
      kind: 'objects' as const,
      selects: (one) => isSelected(selector, one),
      rule: { rule: 'take-over' as const },
    })),
});
