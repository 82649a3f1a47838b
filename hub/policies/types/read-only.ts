import { definePolicy } from '../policy.ts';
import { checkRules, rulesFor, selectingRules } from '../selecting.ts';

/** `read-only`: objects that others make: they must be there, and are never written nor deleted. */
export const readOnly = definePolicy({
  type: 'read-only',
  isContent: true,
  schema: selectingRules,
  check: checkRules,
  apply: rulesFor({ rule: 'read-only' }),
});
