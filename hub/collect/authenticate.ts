import { SluiceError } from '../../shared/errors.ts';
import {
  countSigners,
  parseSignatures,
  payloadTypes,
  signedBody,
  type SignedBody,
} from '../../shared/wire/envelope.ts';
import { decode } from '../../shared/wire/codec.ts';
import { formats } from '../../shared/wire/formats.ts';
import type { Enrolment } from '../../shared/wire/join.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import { reportLimit } from '../../shared/model/limits.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { State } from '../model/state.ts';

/** A report that is proved to come from the agent of a cluster. */
export interface AuthenticReport {
  readonly record: ClusterRecord;
  readonly report: AgentReport;
  readonly body: SignedBody;
}

/** Reads a report and proves its sender; throws WIRE_INVALID, LIMIT_EXCEEDED, UNAUTHENTICATED or REVOKED. */
export function readReport(bytes: Uint8Array, state: Pick<State, 'channel' | 'clusters'>): AuthenticReport {
  const body = decode(signedBody, bytes, 'report');
  if (Buffer.byteLength(body.payload) > reportLimit) {
    throw new SluiceError('LIMIT_EXCEEDED', `a report has at most ${reportLimit} bytes`);
  }
  const report = formats.report.decode(Buffer.from(body.payload));
  const record = state.clusters.get(report.cluster);
  const key = record?.agentKey;
  if (
    record === undefined ||
    key == null ||
    record.registration !== report.registration ||
    report.channel !== state.channel ||
    !isSigned(payloadTypes.report, body, key)
  ) {
    throw new SluiceError('UNAUTHENTICATED', 'the report is not signed by the agent of this registration');
  }
  assertNotRevoked(record);
  return { record, report, body };
}

/** Reads an enrolment and proves that its sender has the open token; throws WIRE_INVALID, UNAUTHENTICATED, TOKEN_EXPIRED or REVOKED. */
export function readEnrolment(
  bytes: Uint8Array,
  state: Pick<State, 'channel' | 'clusters'>,
  now: number,
): { readonly record: ClusterRecord; readonly enrolment: Enrolment } {
  const body = decode(signedBody, bytes, 'enrolment');
  const content = formats.enrolment.decode(Buffer.from(body.payload));
  const record = [...state.clusters.values()].find(({ registration }) => registration === content.registration);
  if (record === undefined || content.channel !== state.channel) throw notTheToken();
  assertNotRevoked(record);
  // The answer to the first enrolment may have been lost: the same key again is fine, and changes nothing.
  if (record.agentKey === content.publicKey) return { record, enrolment: content };
  if (record.token === null || !isSigned(payloadTypes.enrolment, body, record.token.publicKey)) throw notTheToken();
  if (Date.parse(record.token.expires) <= now) {
    throw new SluiceError('TOKEN_EXPIRED', 'the join token has expired', {
      subject: record.name,
      hint: `run \`sluice-hub cluster join ${record.name}\` again`,
    });
  }
  return { record, enrolment: content };
}

function isSigned(type: typeof payloadTypes.report | typeof payloadTypes.enrolment, body: SignedBody, key: string) {
  try {
    return countSigners(type, Buffer.from(body.payload), parseSignatures(body.signatures), [key]) === 1;
  } catch {
    return false;
  }
}

function assertNotRevoked(record: ClusterRecord): void {
  if (!record.revoked) return;
  throw new SluiceError('REVOKED', 'this registration was revoked', {
    subject: record.name,
    hint: `run \`sluice-hub cluster join ${record.name} --replace\` to let the cluster in again`,
  });
}

function notTheToken(): SluiceError {
  return new SluiceError('UNAUTHENTICATED', 'the enrolment is not signed with the open token of this registration');
}
