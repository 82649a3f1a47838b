import { rolloutNumbers } from '../../model/rollout.ts';
import { definePolicy } from '../policy.ts';

/** `rollout`: the waves of the deploy steps that name it, or of all where none does. */
export const rollout = definePolicy({
  type: 'rollout',
  schema: rolloutNumbers,
  check: () => undefined,
  apply: ({ properties }) => [{ kind: 'rollout', rollout: properties }],
});
