import { z } from 'zod';
import { durationHint, durationSeconds } from '../../model/duration.ts';
import type { QueryEffect } from '../../model/effect.ts';
import { readCondition } from '../../../shared/model/condition.ts';
import { checkAddress, performing } from '../effect-steps.ts';
import { defineStep } from '../step.ts';

const schema = z.strictObject({
  query: z.string().min(1),
  metricEndpoint: z.string().min(1).optional(),
  /** `>=10` */
  condition: z.string().min(1),
  /** For how long it must hold; and after how long of not holding the step fails. */
  duration: z.string().optional(),
  failDuration: z.string().optional(),
});

const defaults = {
  metricEndpoint: 'http://prometheus-server.o11y-system.svc:9090',
  duration: '5m',
  failDuration: '2m',
} as const;

/** `check-metrics`: a query of Prometheus fulfils a condition for some time. */
export const checkMetrics = defineStep({
  type: 'check-metrics',
  about: 'A query of Prometheus fulfils a condition for some time.',
  schema,
  check: ({ properties }, { path, reporter }) => {
    const { metricEndpoint, condition } = properties;
    if (metricEndpoint !== undefined) checkAddress(metricEndpoint, [...path, 'metricEndpoint'], reporter);
    if (readCondition(condition) === null) {
      const message = `${condition} is not a condition`;
      reporter.error('DOCUMENT_INVALID', [...path, 'condition'], message, 'write ">=10", "<0.05", "==1" or "!=0"');
    }
    for (const member of ['duration', 'failDuration'] as const) {
      const text = properties[member];
      if (text === undefined || durationSeconds(text) !== null) continue;
      reporter.error('DOCUMENT_INVALID', [...path, member], `${text} is not a duration`, durationHint);
    }
  },
  run: ({ properties }, input) => {
    const { query, condition } = properties;
    const { metricEndpoint, duration, failDuration } = defaults;
    const effect: QueryEffect = {
      id: input.effectId,
      kind: 'query',
      url: { value: properties.metricEndpoint ?? metricEndpoint },
      query,
      condition,
      forMs: (durationSeconds(properties.duration ?? duration) ?? 0) * 1000,
      failMs: (durationSeconds(properties.failDuration ?? failDuration) ?? 0) * 1000,
    };
    return performing(input, [effect], ([verdict]) => ({ check: { result: true, value: verdict?.value ?? null } }));
  },
});
