import { codes, isCode, SluiceError, type Code } from '../errors.ts';

interface StatusRow {
  readonly status: number;
  /** What a client takes an answer of this status for when its body says nothing. */
  readonly read: Code;
  /** The codes that a hub answers with this status. */
  readonly sent?: readonly Code[];
  /** The exit statuses whose other codes a hub answers with this status. */
  readonly exits?: readonly number[];
}

/** HTTP statuses and error codes, both ways. */
const statuses: readonly StatusRow[] = [
  { status: 400, read: 'UNAVAILABLE', sent: ['USAGE', 'WIRE_INVALID', 'FORMAT_UNKNOWN'], exits: [2] },
  { status: 401, read: 'UNAUTHENTICATED', sent: ['UNAUTHENTICATED', 'SIGNATURE_INVALID', 'CLOCK_SKEW'] },
  { status: 403, read: 'FORBIDDEN', sent: ['FORBIDDEN', 'TOKEN_EXPIRED'], exits: [6] },
  { status: 404, read: 'NOT_FOUND', sent: ['NOT_FOUND', 'REFERENCE_NOT_FOUND', 'CHANGE_NOT_FOUND'] },
  { status: 408, read: 'TIMEOUT' },
  { status: 409, read: 'CONFLICT', sent: ['EXISTS', 'CONFLICT', 'LEDGER_RACED'], exits: [5, 9] },
  { status: 410, read: 'REVOKED', sent: ['REVOKED'] },
  { status: 413, read: 'LIMIT_EXCEEDED', sent: ['LIMIT_EXCEEDED'] },
  { status: 422, read: 'UNAVAILABLE', exits: [3, 4] },
  { status: 429, read: 'TOO_MANY_REQUESTS', sent: ['TOO_MANY_REQUESTS'] },
  { status: 500, read: 'UNAVAILABLE', sent: ['INTERNAL'], exits: [8] },
  { status: 503, read: 'UNAVAILABLE', exits: [7] },
  { status: 504, read: 'TIMEOUT' },
];

const readByStatus = new Map(statuses.map(({ status, read }) => [status, read]));
const statusByCode = new Map(statuses.flatMap(({ status, sent = [] }) => sent.map((code) => [code, status] as const)));
const statusByExit = new Map(
  statuses.flatMap(({ status, exits = [] }) => exits.map((exit) => [exit, status] as const)),
);

/** The HTTP status that a hub answers an error with: that of its code, else that of its exit status, else 500. */
export function httpStatusOf(code: Code): number {
  return statusByCode.get(code) ?? statusByExit.get(codes[code].exit) ?? 500;
}

/** The code that an HTTP status alone stands for; UNAVAILABLE for one that is not in the table. */
export function codeOfStatus(status: number): Code {
  return readByStatus.get(status) ?? 'UNAVAILABLE';
}

/** The error that an HTTP status stands for; `subject` names the address, never with a credential in it. */
export function statusError(status: number, subject: string): SluiceError {
  return new SluiceError(codeOfStatus(status), `the server answered ${status}`, { subject, facts: { status } });
}

/** The error of a hub's answer: the code and message of its JSON body (`{code, message, hint}`), else that of its status. */
export function answerError(
  response: { readonly status: number; readonly body: Uint8Array },
  subject: string,
): SluiceError {
  const { code, message, hint } = membersOf(response.body);
  if (typeof code !== 'string' || !isCode(code) || typeof message !== 'string') {
    return statusError(response.status, subject);
  }
  const advice = typeof hint === 'string' ? { hint: hint.slice(0, 300) } : {};
  return new SluiceError(code, message.slice(0, 300), { subject, ...advice, facts: { status: response.status } });
}

function membersOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
