import { rolloutSettings } from '../../model/rollout.ts';
import { definePolicy } from '../policy.ts';
import { checkSteps } from '../steps.ts';
import { checkWaves } from '../waves.ts';

/** `rollout`: the waves of the deploy steps that name it, or of all where none does, and the steps inside each cluster. */
export const rollout = definePolicy({
  type: 'rollout',
  schema: rolloutSettings,
  check: ({ properties }, { path, reporter }) => {
    checkWaves(properties, path, reporter);
    checkSteps(properties, path, reporter);
  },
  apply: ({ properties }) => [{ kind: 'rollout', rollout: properties }],
});
