import { z } from 'zod';
import { definePolicy } from '../policy.ts';

/** `health` of KubeVela's first releases: agents judge health by watches, all the time, so that its numbers have nothing to say. */
export const health = definePolicy({
  type: 'health',
  schema: z.strictObject({ probeInterval: z.number().optional(), probeTimeout: z.number().optional() }),
  check: (_, { path, reporter }) => {
    const hint = 'to say how long a change may take: progressDeadline of a policy of type rollout';
    reporter.warn('UNSUPPORTED', path, 'health is judged all the time: these numbers have no effect', hint);
  },
  apply: () => [],
});
