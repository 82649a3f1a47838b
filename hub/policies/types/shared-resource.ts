import { definePolicy } from '../policy.ts';
import { rulesFor, selectingRules } from '../selecting.ts';

/** `shared-resource`: objects that several applications of a cluster have, each with this policy. */
export const sharedResource = definePolicy({
  type: 'shared-resource',
  isContent: true,
  schema: selectingRules,
  check: () => undefined,
  apply: rulesFor({ rule: 'shared-resource' }),
});
