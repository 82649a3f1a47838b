import { z } from 'zod';
import { everywhere } from '../everywhere.ts';
import { checkShare, percentIn, share } from '../moves.ts';
import { delivering } from '../outcome.ts';
import { defineStep } from '../step.ts';

const schema = z.strictObject({
  /** How many of the pods the new copy gets. */
  partition: share.optional(),
});

/** `blue-green-rollout`: a new copy beside the one that serves, without traffic. */
export const blueGreenRollout = defineStep({
  type: 'blue-green-rollout',
  about: 'A new copy beside the one that serves, with a share of the pods and no traffic.',
  schema,
  check: ({ properties: { partition } }, { path, reporter }) => checkShare(partition, [...path, 'partition'], reporter),
  wants: (_, plan) => everywhere(plan),
  moves: ({ properties: { partition = '100%' } }) => ({
    steps: [{ type: 'scale', replicas: { percent: percentIn(partition) }, weight: 0 }],
  }),
  run: (_, input) => delivering(input),
});
