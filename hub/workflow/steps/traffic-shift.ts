import { z } from 'zod';
import { everywhere } from '../everywhere.ts';
import { checkShare, percentIn, share, withWeight } from '../moves.ts';
import { delivering } from '../outcome.ts';
import { defineStep } from '../step.ts';

const schema = z.strictObject({
  /** How much of the traffic the new copy gets. */
  partition: share.optional(),
});

/** `traffic-shift`: so much of the traffic to the new copy. */
export const trafficShift = defineStep({
  type: 'traffic-shift',
  about: 'A share of the traffic to the new copy.',
  schema,
  check: ({ properties: { partition } }, { path, reporter }) => checkShare(partition, [...path, 'partition'], reporter),
  wants: (_, plan) => everywhere(plan),
  moves: ({ properties: { partition = '100%' } }, { before }) => ({
    steps: withWeight(before, percentIn(partition)),
  }),
  run: (_, input) => delivering(input),
});
