import { definePolicy } from '../policy.ts';
import { rulesFor, selectingRules } from '../selecting.ts';

/** `read-only`: objects that others make: they must be there, and are never written nor deleted. */
export const readOnly = definePolicy({
  type: 'read-only',
  isContent: true,
  schema: selectingRules,
  check: () => undefined,
  apply: rulesFor({ rule: 'read-only' }),
});
