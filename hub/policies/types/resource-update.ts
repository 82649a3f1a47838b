import { z } from 'zod';
import { pathHint, pointerOf } from '../field-path.ts';
import { definePolicy } from '../policy.ts';
import { checkSelectors } from '../selector-check.ts';
import { isSelected, objectSelector } from '../selector.ts';

const rule = z.strictObject({
  selector: objectSelector,
  strategy: z
    .strictObject({
      op: z.enum(['patch', 'replace']).optional(),
      recreateFields: z.array(z.string().min(1)).optional(),
    })
    .optional(),
});
const schema = z.strictObject({ rules: z.array(rule).min(1) });

/** `resource-update`: how objects are changed, and what of them is made again where a field changes. */
export const resourceUpdate = definePolicy({
  type: 'resource-update',
  isContent: true,
  schema,
  check: ({ properties: { rules } }, where) => {
    const { path, reporter } = where;
    checkSelectors(rules, where);
    for (const [index, { strategy }] of rules.entries()) {
      const at = [...path, 'rules', index];
      for (const [place, text] of (strategy?.recreateFields ?? []).entries()) {
        if (pointerOf(text) !== null) continue;
        const here = [...at, 'strategy', 'recreateFields', place];
        reporter.error('DOCUMENT_INVALID', here, `${text} is not a path`, pathHint);
      }
    }
  },
  apply: ({ properties: { rules } }) =>
    rules.map(({ selector, strategy = {} }) => ({
      kind: 'objects' as const,
      selects: (one) => isSelected(selector, one),
      rule: {
        rule: 'resource-update' as const,
        op: strategy.op ?? 'patch',
        recreateFields: (strategy.recreateFields ?? []).flatMap((text) => pointerOf(text) ?? []),
      },
    })),
});
