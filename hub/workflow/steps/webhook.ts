import { z } from 'zod';
import { addressOf, addressSchema, checkAddress, jsonPost, performing } from '../effect-steps.ts';
import { defineStep } from '../step.ts';

const schema = z.strictObject({
  url: addressSchema,
  /** Absent = the Application. */
  data: z.record(z.string(), z.unknown()).optional(),
});

/** `webhook`: sends some JSON to an address. */
export const webhook = defineStep({
  type: 'webhook',
  about: 'Sends JSON to an address: by default the Application.',
  schema,
  check: ({ properties: { url } }, { path, reporter }) => {
    if ('value' in url) checkAddress(url.value, [...path, 'url', 'value'], reporter);
  },
  run: ({ properties: { url, data } }, input) => {
    const { apiVersion, kind, metadata, spec } = input.application;
    const sent = data ?? { apiVersion, kind, metadata, spec };
    return performing(input, [jsonPost(input.effectId, addressOf(url), sent)]);
  },
});
