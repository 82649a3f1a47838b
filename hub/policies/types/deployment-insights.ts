import { z } from 'zod';
import { definePolicy } from '../policy.ts';
import { isOn, onOff } from '../switch.ts';

const schema = z.strictObject({
  provider: z.string().min(1).optional(),
  leadTime: onOff.optional(),
  frequency: onOff.optional(),
  mttr: onOff.optional(),
});

/** `deployment-insights`: how often the application is delivered, and how long that takes, as metrics of the hub. */
export const deploymentInsights = definePolicy({
  type: 'deployment-insights',
  schema,
  check: ({ properties: { provider = 'prometheus', mttr } }, { path, reporter }) => {
    if (provider !== 'prometheus') {
      const message = `${provider} is not a provider of metrics here: the hub has them for Prometheus`;
      reporter.warn('UNSUPPORTED', [...path, 'provider'], message, 'scrape /metrics of the hub');
    }
    if (!isOn(mttr)) return;
    const message = 'mttr is not measured: the hub does not know of incidents';
    reporter.warn('UNSUPPORTED', [...path, 'mttr'], message, 'remove it, or take it from what counts incidents');
  },
  apply: ({ properties: { leadTime, frequency } }) => [
    { kind: 'insights', leadTime: isOn(leadTime), frequency: isOn(frequency) },
  ],
});
