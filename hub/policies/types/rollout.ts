import { rolloutNumbers } from '../../model/rollout.ts';
import { definePolicy } from '../policy.ts';
import { checkWaves } from '../waves.ts';

/** `rollout`: the waves of the deploy steps that name it, or of all where none does. */
export const rollout = definePolicy({
  type: 'rollout',
  schema: rolloutNumbers,
  check: ({ properties }, { path, reporter }) => checkWaves(properties, path, reporter),
  apply: ({ properties }) => [{ kind: 'rollout', rollout: properties }],
});
