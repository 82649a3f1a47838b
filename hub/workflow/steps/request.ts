import { z } from 'zod';
import { effectMethods, type RequestEffect, type Verdict } from '../../model/effect.ts';
import { isMap } from '../../model/json-map.ts';
import { checkAddress, performing } from '../effect-steps.ts';
import { defineStep } from '../step.ts';

const schema = z.strictObject({
  url: z.string().min(1),
  method: z.enum(effectMethods).optional(),
  body: z.record(z.string(), z.unknown()).optional(),
  header: z.record(z.string(), z.string()).optional(),
});

/** Headers that the hub sets itself. */
const ownHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'host',
  'idempotency-key',
  'transfer-encoding',
]);

/** `request`: asks a server once, and fails with its status where that is 400 or more. */
export const request = defineStep({
  type: 'request',
  about: 'Asks a server, and fails with its status where that is 400 or more; gives `response`.',
  schema,
  check: ({ properties: { url, header = {} } }, { path, reporter }) => {
    checkAddress(url, [...path, 'url'], reporter);
    for (const name of Object.keys(header)) {
      if (/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) && !ownHeaders.has(name.toLowerCase())) continue;
      reporter.error('DOCUMENT_INVALID', [...path, 'header', name], `${name} cannot be set here`, 'remove it');
    }
  },
  run: ({ properties: { url, method = 'GET', body, header = {} } }, input) => {
    const names = Object.keys(header).map((name) => name.toLowerCase());
    const isJson = body !== undefined && !names.includes('content-type');
    const effect: RequestEffect = {
      id: input.effectId,
      kind: 'request',
      method,
      url: { value: url },
      headers: { ...(isJson && { 'content-type': 'application/json' }), ...header },
      body: body === undefined ? null : JSON.stringify(body),
      wantsAnswer: true,
    };
    return performing(input, [effect], ([verdict]) => answers(verdict));
  },
});

/** The answer as KubeVela's step has it: `response` is its JSON. */
function answers(verdict: Verdict | undefined): Readonly<Record<string, unknown>> {
  const response = isMap(verdict?.value) ? verdict.value : {};
  const { body } = response;
  return { response: typeof body === 'string' ? parsed(body) : null, http: { response }, req: { $returns: response } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
