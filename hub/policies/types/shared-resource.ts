import { definePolicy } from '../policy.ts';
import { checkRules, rulesFor, selectingRules } from '../selecting.ts';

/** `shared-resource`: objects that several applications of a cluster have, each with this policy. */
export const sharedResource = definePolicy({
  type: 'shared-resource',
  isContent: true,
  schema: selectingRules,
  check: checkRules,
  apply: rulesFor({ rule: 'shared-resource' }),
});
