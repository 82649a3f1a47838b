import { definePolicy } from '../policy.ts';
import { checkRules, rulesFor, selectingRules } from '../selecting.ts';

/** `take-over`: objects that are there already become this application's. */
export const takeOver = definePolicy({
  type: 'take-over',
  isContent: true,
  schema: selectingRules,
  check: checkRules,
  apply: rulesFor({ rule: 'take-over' }),
});
