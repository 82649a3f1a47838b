import { SluiceError } from '../errors.ts';
import { assertFirst, parse } from './codec.ts';
import { bareSignature, payloadTypes, signaturesText, type Signer } from './envelope.ts';
import { formats } from './formats.ts';
import type { Heartbeat, ReportMessage } from './report.ts';

/*
 * How a report travels, as the body of a request:
 *
 * | format | body |
 * | --- | --- |
 * | 1 | JSON: signedBody of the whole |
 * | 2, a document | `2 REGISTRATION SIGNATURE`, a line break, and the bytes of a whole or a change, as they were signed |
 * | 2, a heartbeat | `2 REGISTRATION SEQUENCE BASE SIGNATURE`: one line, without a line break |
 */

/** What the first line of a message of format 2 says, before anything is read of what follows it. */
export interface MessageHead {
  readonly registration: string;
  readonly signature: string;
  /** What is signed; of a heartbeat with the channel that the reader takes reports for. */
  readonly type: typeof payloadTypes.report | typeof payloadTypes.heartbeat;
  readonly payload: Buffer;
  /** Reads it, once its sender is proved; throws WIRE_INVALID or FORMAT_UNKNOWN. */
  readonly read: () => ReportMessage;
}

const number = '(0|[1-9][0-9]{0,15})';
const uuidText = '([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})';
const documentLine = new RegExp(`^2 ${uuidText} ([A-Za-z0-9_-]{86})$`);
const heartbeatLine = new RegExp(`^2 ${uuidText} ${number} ${number} ([A-Za-z0-9_-]{86})$`);
const longestLine = 256;

/** The bytes of a message, signed. */
export function encodeMessage(message: ReportMessage, signer: Signer): Buffer {
  if (message.kind === 'heartbeat') {
    const { heartbeat } = message;
    const signature = bareSignature(signer, payloadTypes.heartbeat, heartbeatPayload(heartbeat));
    return Buffer.from(`2 ${heartbeat.registration} ${heartbeat.sequence} ${heartbeat.base} ${signature}`);
  }
  const { registration } = message.kind === 'whole' ? message.report : message.change;
  const payload = documentBytes(message);
  if (message.kind === 'whole' && message.report.format === 1) {
    const signatures = signaturesText(signer.sign(payloadTypes.report, payload));
    return Buffer.from(JSON.stringify({ payload: payload.toString('utf8'), signatures }));
  }
  const signature = bareSignature(signer, payloadTypes.report, payload);
  return Buffer.concat([Buffer.from(`2 ${registration} ${signature}\n`), payload]);
}

/** The document of a message that has one, as it is signed. */
export function documentBytes(message: Exclude<ReportMessage, { readonly kind: 'heartbeat' }>): Buffer {
  return message.kind === 'whole' ? formats.report.encode(message.report) : formats.reportChange.encode(message.change);
}

/** The head of a message of format 2 to this channel; null for what is not text of that kind: a report of format 1 is JSON. Throws WIRE_INVALID. */
export function openMessage(bytes: Buffer, channel: string): MessageHead | null {
  // A line begins with the number of its format, and JSON of a report never with a digit.
  if (!/^[0-9]/.test(String.fromCharCode(bytes[0] ?? 0))) return null;
  const end = bytes.subarray(0, longestLine).indexOf(0x0a);
  const line = bytes.subarray(0, end < 0 ? longestLine + 1 : end).toString('latin1');
  const head = end < 0 ? heartbeatHead(line, channel) : documentHead(line, bytes.subarray(end + 1));
  if (head !== null) return head;
  throw new SluiceError('WIRE_INVALID', 'the first line is not that of a report of format 2', { subject: 'report' });
}

function documentHead(line: string, payload: Buffer): MessageHead | null {
  const [isLine, registration = '', signature = ''] = documentLine.exec(line) ?? [];
  if (isLine === undefined) return null;
  return { registration, signature, type: payloadTypes.report, payload, read: () => readDocument(payload) };
}

function heartbeatHead(line: string, channel: string): MessageHead | null {
  const [isLine, registration = '', sequence, base, signature = ''] = heartbeatLine.exec(line) ?? [];
  if (isLine === undefined) return null;
  const heartbeat: Heartbeat = {
    ...{ format: 2, channel, registration },
    ...{ sequence: Number(sequence), base: Number(base) },
  };
  return {
    ...{ registration, signature, type: payloadTypes.heartbeat, payload: heartbeatPayload(heartbeat) },
    read: () => ({ kind: 'heartbeat', heartbeat }),
  };
}

function readDocument(payload: Buffer): ReportMessage {
  const value = parse(payload, 'report');
  const isChange = value !== null && typeof value === 'object' && 'base' in value;
  if (isChange) {
    const format = formats.reportChange.for(value);
    assertFirst(format.schema, value, 'report');
    return { kind: 'change', change: format.decode(value, 'report', null) };
  }
  const format = formats.report.for(value);
  if (format.number === 1) {
    throw new SluiceError('WIRE_INVALID', 'a report of format 1 comes as JSON', { subject: 'report' });
  }
  assertFirst(format.schema, value, 'report');
  return { kind: 'whole', report: format.decode(value, 'report', null) };
}

function heartbeatPayload({ channel, registration, sequence, base }: Heartbeat): Buffer {
  return Buffer.from(`2 ${channel} ${registration} ${sequence} ${base}`);
}
