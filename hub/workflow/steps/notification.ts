import { z } from 'zod';
import { addressOf, addressSchema, checkAddress, jsonPost, performing } from '../effect-steps.ts';
import { defineStep } from '../step.ts';

const channel = z.strictObject({ url: addressSchema, message: z.record(z.string(), z.unknown()) });

const schema = z.strictObject({
  slack: channel.optional(),
  dingding: channel.optional(),
  lark: channel.optional(),
  email: z.unknown().optional(),
});

const channels = ['slack', 'dingding', 'lark'] as const;

/** `notification`: says something in Slack, DingTalk or Lark, in the form of their webhooks. */
export const notification = defineStep({
  type: 'notification',
  about: 'Says something in Slack, DingTalk or Lark, in the form of their webhooks.',
  schema,
  check: ({ properties }, { path, reporter }) => {
    for (const name of channels) {
      const url = properties[name]?.url;
      if (url !== undefined && 'value' in url) checkAddress(url.value, [...path, name, 'url', 'value'], reporter);
    }
    if (properties.email !== undefined) {
      const hint = 'use a webhook of your mail service: a step of type webhook or request';
      reporter.error('UNSUPPORTED', [...path, 'email'], 'a hub sends no mail', hint);
    } else if (channels.every((name) => properties[name] === undefined)) {
      reporter.error('DOCUMENT_INVALID', path, 'it says nothing to anyone', `name one of ${channels.join(', ')}`);
    }
  },
  run: ({ properties }, input) => {
    const effects = channels.flatMap((name) => {
      const said = properties[name];
      return said === undefined ? [] : [jsonPost(`${input.effectId}/${name}`, addressOf(said.url), said.message)];
    });
    return performing(input, effects);
  },
});
