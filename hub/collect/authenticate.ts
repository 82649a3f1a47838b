import { SluiceError } from '../../shared/errors.ts';
import {
  countSigners,
  isSignature,
  parseSignatures,
  payloadTypes,
  signedBody,
  type SignedBody,
} from '../../shared/wire/envelope.ts';
import { assertFirst, decode, parse } from '../../shared/wire/codec.ts';
import { formats } from '../../shared/wire/formats.ts';
import type { Enrolment } from '../../shared/wire/join.ts';
import type { ReportMessage } from '../../shared/wire/report.ts';
import { openMessage, type MessageHead } from '../../shared/wire/report-message.ts';
import { reportLimitOf } from '../../shared/model/limits.ts';
import { assertNotRevoked, registeredAs, type ClusterRecord } from '../model/registry.ts';
import type { State } from '../model/state.ts';

/** What an agent sent, proved to come from the agent of a cluster. */
export interface AuthenticMessage {
  readonly record: ClusterRecord;
  readonly message: ReportMessage;
  /** Of its bytes, from format 2 on. */
  readonly signature: string | null;
}

/** Reads what an agent sent, and proves its sender; throws WIRE_INVALID, FORMAT_UNKNOWN, LIMIT_EXCEEDED, UNAUTHENTICATED or REVOKED. */
export function readReport(bytes: Buffer, state: Pick<State, 'channel' | 'clusters'>): AuthenticMessage {
  const head = openMessage(bytes, state.channel);
  const authentic = head === null ? readFirstFormat(bytes, state) : readMessage(head, state);
  assertNotRevoked(authentic.record);
  return authentic;
}

/** Only what is proved to be signed is read. */
function readMessage(head: MessageHead, { channel, clusters }: Pick<State, 'channel' | 'clusters'>): AuthenticMessage {
  assertFits(head.payload.length, 2);
  const record = registeredAs(clusters, head.registration);
  const key = record?.agentKey;
  if (record === undefined || key == null || !isSignature(head.type, head.payload, head.signature, key)) {
    throw notSigned();
  }
  const message = head.read();
  const { kind } = message;
  const said =
    kind === 'whole'
      ? message.report
      : kind === 'change'
        ? message.change
        : { ...message.heartbeat, cluster: record.name };
  if (said.registration !== record.registration || said.cluster !== record.name || said.channel !== channel) {
    throw notSigned();
  }
  return { record, message, signature: head.signature };
}

function readFirstFormat(bytes: Buffer, { channel, clusters }: Pick<State, 'channel' | 'clusters'>): AuthenticMessage {
  const body = decode(signedBody, bytes, 'report');
  assertFits(Buffer.byteLength(body.payload), 1);
  const value = parse(Buffer.from(body.payload), 'report');
  const format = formats.report.for(value, 'report');
  if (format.number !== 1) {
    throw new SluiceError('WIRE_INVALID', `a report of format ${format.number} does not come as JSON`, {
      subject: 'report',
    });
  }
  assertFirst(format.schema, value, 'report');
  const report = format.decode(value, 'report', null);
  const record = clusters.get(report.cluster);
  const key = record?.agentKey;
  if (
    record === undefined ||
    key == null ||
    record.registration !== report.registration ||
    report.channel !== channel ||
    !isSigned(payloadTypes.report, body, key)
  ) {
    throw notSigned();
  }
  return { record, message: { kind: 'whole', report }, signature: null };
}

function assertFits(bytes: number, format: number): void {
  const most = reportLimitOf(format);
  if (bytes > most) throw new SluiceError('LIMIT_EXCEEDED', `a report has at most ${most} bytes`);
}

function notSigned(): SluiceError {
  return new SluiceError('UNAUTHENTICATED', 'the report is not signed by the agent of this registration');
}

/**
 * Reads an enrolment, the name that its registration has (empty: none), and with which token it is signed: the open one of the registration, or
 * none (null). Whether that is enough is judged where it is taken. Throws WIRE_INVALID.
 */
export function readEnrolment(
  bytes: Uint8Array,
  state: Pick<State, 'channel' | 'clusters'>,
): { readonly enrolment: Enrolment; readonly cluster: string; readonly token: string | null } {
  const body = decode(signedBody, bytes, 'enrolment');
  const enrolment = formats.enrolment.decode(Buffer.from(body.payload));
  const record = registeredAs(state.clusters, enrolment.registration);
  const open = enrolment.channel === state.channel ? (record?.token?.publicKey ?? null) : null;
  const token = open !== null && isSigned(payloadTypes.enrolment, body, open) ? open : null;
  return { enrolment, cluster: record?.name ?? '', token };
}

function isSigned(type: typeof payloadTypes.report | typeof payloadTypes.enrolment, body: SignedBody, key: string) {
  try {
    return countSigners(type, Buffer.from(body.payload), parseSignatures(body.signatures), [key]) === 1;
  } catch {
    return false;
  }
}
