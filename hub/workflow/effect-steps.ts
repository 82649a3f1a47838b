import { z } from 'zod';
import type { Effect, EffectText, RequestEffect, Verdict } from '../model/effect.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import { moment } from './outcome.ts';
import type { StepInput, StepOutcome } from './step.ts';

const secretName = z.string().regex(/^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/, 'the name of a Secret');
const secretKey = z.string().regex(/^(?!\.\.?$)[-._a-zA-Z0-9]+$/, 'a key of a Secret');

/** An address as KubeVela writes it: as it is, or in a Secret, which is a folder of the hub's secrets here. */
export const addressSchema = z.union([
  z.strictObject({ value: z.string().min(1) }),
  z.strictObject({ secretRef: z.strictObject({ name: secretName, key: secretKey }) }),
]);

/** The address as effects have it. */
export function addressOf(address: z.infer<typeof addressSchema>): EffectText {
  return 'value' in address ? address : { secret: address.secretRef };
}

/** Reports an address that cannot be one. */
export function checkAddress(text: string, path: Steps, reporter: Reporter): void {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) {
    if (url.username === '' && url.password === '') return;
    const hint = 'put the whole address into a file of the hub, and name it with secretRef';
    reporter.error('DOCUMENT_INVALID', path, 'an address must not carry credentials', hint);
    return;
  }
  reporter.error('DOCUMENT_INVALID', path, `${text} is not an address`, 'write https://HOST/PATH, or http://');
}

/** A POST of some JSON. */
export function jsonPost(id: string, url: EffectText, data: unknown): RequestEffect {
  const headers = { 'content-type': 'application/json' };
  return { id, kind: 'request', method: 'POST', url, headers, body: JSON.stringify(data), wantsAnswer: false };
}

/** The moment of a step that wants some effects: it ends once each has a verdict, and fails with the first that failed. */
export function performing(
  { effects: known }: Pick<StepInput, 'effects'>,
  effects: readonly Effect[],
  outputs: (verdicts: readonly Verdict[]) => StepOutcome['outputs'] = () => ({}),
): StepOutcome {
  const verdicts = effects.flatMap((effect) => known.verdict(effect) ?? []);
  if (verdicts.length < effects.length) {
    const waits = effects.map((effect) => known.waits(effect)).find((words) => words !== '');
    return moment('running', waits ?? '', { effects });
  }
  const failed = verdicts.find(({ ok }) => !ok);
  if (failed !== undefined) return moment('failed', failed.reason);
  return moment('succeeded', verdicts.map(({ reason }) => reason).join('; '), { outputs: outputs(verdicts) });
}
