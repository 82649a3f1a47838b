import { z } from 'zod';
import type { ObjectRule, PolicyCheck, PolicyEffect, PolicyUse } from './policy.ts';
import { checkObjectSelector, isSelected, objectSelector } from './selector.ts';

/** The properties of a policy that says one thing of objects: which. */
export const selectingRules = z.strictObject({ rules: z.array(z.strictObject({ selector: objectSelector })).min(1) });
type SelectingRules = z.infer<typeof selectingRules>;

/** Reports what the selectors of such a policy ask for and cannot be told. */
export function checkRules(
  { properties: { rules } }: PolicyUse<SelectingRules>,
  { path, reporter }: PolicyCheck,
): void {
  for (const [index, { selector }] of rules.entries()) {
    checkObjectSelector(selector, [...path, 'rules', index, 'selector'], reporter);
  }
}

/** The effects of such a policy: this rule for all that it selects. */
export function rulesFor(rule: ObjectRule): (use: PolicyUse<SelectingRules>) => readonly PolicyEffect[] {
  return ({ properties: { rules } }) =>
    rules.map(({ selector }) => ({ kind: 'objects', selects: (one) => isSelected(selector, one), rule }));
}
