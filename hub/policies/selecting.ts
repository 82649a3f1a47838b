import { z } from 'zod';
import type { ObjectRule, PolicyCheck, PolicyEffect, PolicyUse } from './policy.ts';
import { checkSelectors } from './selector-check.ts';
import { isSelected, objectSelector } from './selector.ts';

/** The properties of a policy that says one thing of objects: which. */
export const selectingRules = z.strictObject({ rules: z.array(z.strictObject({ selector: objectSelector })).min(1) });
type SelectingRules = z.infer<typeof selectingRules>;

/** Warns of rules of such a policy that select nothing. */
export function checkRules({ properties: { rules } }: PolicyUse<SelectingRules>, where: PolicyCheck): void {
  checkSelectors(rules, where);
}

/** The effects of such a policy: this rule for all that it selects. */
export function rulesFor(rule: ObjectRule): (use: PolicyUse<SelectingRules>) => readonly PolicyEffect[] {
  return ({ properties: { rules } }) =>
    rules.map(({ selector }) => ({ kind: 'objects', selects: (one) => isSelected(selector, one), rule }));
}
