import { SluiceError } from '../../shared/errors.ts';
import {
  countSigners,
  parseSignatures,
  payloadTypes,
  signedBody,
  type SignedBody,
} from '../../shared/wire/envelope.ts';
import { assertFirst, decode, parse } from '../../shared/wire/codec.ts';
import { formats } from '../../shared/wire/formats.ts';
import type { Enrolment } from '../../shared/wire/join.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import { reportLimit } from '../../shared/model/limits.ts';
import { assertNotRevoked, registeredAs, type ClusterRecord } from '../model/registry.ts';
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
  const value = parse(Buffer.from(body.payload), 'report');
  assertFirst(formats.report.schema, value, 'report');
  const report = formats.report.decodeValue(value);
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

/**
 * Reads an enrolment, and with which token it is signed: the open one of its registration, or none (null). Whether that is enough
 * is judged where it is taken. Throws WIRE_INVALID.
 */
export function readEnrolment(
  bytes: Uint8Array,
  state: Pick<State, 'channel' | 'clusters'>,
): { readonly enrolment: Enrolment; readonly token: string | null } {
  const body = decode(signedBody, bytes, 'enrolment');
  const enrolment = formats.enrolment.decode(Buffer.from(body.payload));
  const record = registeredAs(state.clusters, enrolment.registration);
  const open = enrolment.channel === state.channel ? (record?.token?.publicKey ?? null) : null;
  return { enrolment, token: open !== null && isSigned(payloadTypes.enrolment, body, open) ? open : null };
}

function isSigned(type: typeof payloadTypes.report | typeof payloadTypes.enrolment, body: SignedBody, key: string) {
  try {
    return countSigners(type, Buffer.from(body.payload), parseSignatures(body.signatures), [key]) === 1;
  } catch {
    return false;
  }
}
