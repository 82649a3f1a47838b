import fc from 'fast-check';
import type { State } from '../../../../hub/model/state.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { bareSignature, payloadTypes, signaturesText } from '../../../../shared/wire/envelope.ts';
import { encodeMessage } from '../../../../shared/wire/report-message.ts';
import { joinLine as lineOf } from '../../../../shared/wire/join.ts';
import { fixedSigner } from '../../../fixtures/agent/bundle.ts';
import { channel, clusterRecord } from '../../../fixtures/hub/facts.ts';
import { documents } from '../../../unit/shared/wire/arbitraries.ts';

const agent = fixedSigner('f');
const record = clusterRecord('prod', { agentKey: agent.publicKey });
const { registration } = record;

/** Some documents of a kind, always the same ones, as they travel. */
function some(arbitrary: fc.Arbitrary<unknown>, encode: (value: never) => string): unknown[] {
  return fc.sample(arbitrary, { numRuns: 6, seed: 7 }).map((value) => JSON.parse(encode(value as never)) as unknown);
}

const text = (bytes: string | Uint8Array) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8'));

const reports = some(documents.report(1), (value) => text(formats.report.encode(value))).map((report) => ({
  ...(report as object),
  ...{ channel, registration, cluster: 'prod' },
}));
/** Messages of format 2, as an agent sends them. */
const messages = fc
  .sample(fc.tuple(documents.report(2), documents.reportChange(2)), { numRuns: 3, seed: 7 })
  .flatMap(([report, change]) => [
    encodeMessage({ kind: 'whole', report: { ...report, channel, registration, cluster: 'prod' } }, agent),
    encodeMessage({ kind: 'change', change: { ...change, channel, registration, cluster: 'prod' } }, agent),
    encodeMessage({ kind: 'heartbeat', heartbeat: { format: 2, channel, registration, sequence: 7, base: 6 } }, agent),
  ])
  .map(text);
const enrolments = [{ format: 1, channel, registration, publicKey: fixedSigner('g').publicKey }];
const [feed] = some(documents.feedAnswer(1), (value) => text(formats.feedAnswer.encode(value)));

/** Right documents, which the inputs of the wire are made from. */
export const codecs = {
  feed,
  payloads: [...reports, ...enrolments],
  messages,
  /** A document of format 2 that the agent of the cluster signed. */
  signedText: (document: string) =>
    `2 ${registration} ${bareSignature(agent, payloadTypes.report, Buffer.from(document))}\n${document}`,
  /** A body that the agent of the cluster signed. */
  signed: (payload: string) => ({
    payload,
    signatures: signaturesText(agent.sign(payloadTypes.report, Buffer.from(payload))),
  }),
  state: { channel, clusters: new Map([['prod', record]]) } satisfies Pick<State, 'channel' | 'clusters'>,
  join: lineOf({
    ...{
      channel,
      registration,
      cluster: 'prod',
      url: 'sluice+https://hub.example.com',
      hub: 'https://hub.example.com',
    },
    ...{ rootFingerprint: `sha256:${'0'.repeat(64)}`, minimumGeneration: 3 },
    ...{ token: Buffer.alloc(32, 7).toString('base64url'), expires: '2026-01-01T00:00:00Z' },
  }),
};
