import type { Code } from '../../shared/errors.ts';
import { SluiceError } from '../../shared/errors.ts';
import type { WireAnswer } from './transport.ts';

/** The Status object that an API server answers in place of what was asked for. */
export interface Status {
  readonly kind: 'Status';
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly name?: string;
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly StatusCause[];
  };
}

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** The Status in a body, if it is one. */
export function parseStatus(text: string): Status | undefined {
  try {
    const value = JSON.parse(text) as { kind?: unknown } | null;
    return value?.kind === 'Status' ? (value as Status) : undefined;
  } catch {
    return undefined;
  }
}

/** The error that an answer of 300 or more stands for; `subject` names the request without its query. */
export function errorOf(answer: Pick<WireAnswer, 'status' | 'headers' | 'body'>, subject: string): SluiceError {
  const status = parseStatus(answer.body.toString('utf8'));
  const found = status ?? { kind: 'Status', code: answer.status, message: plainText(answer.body) };
  return statusError(found, answer.status, subject, retryAfterSeconds(answer));
}

/** The error of a Status, as it comes in an answer or as an ERROR event of a watch. */
export function statusError(status: Status, httpStatus: number, subject: string, retryAfter?: number): SluiceError {
  const conflicts = conflictsOf(status);
  const code = codeOf(status, httpStatus);
  const facts = {
    status: httpStatus,
    reason: status.reason ?? '',
    causes: conflicts.length > 0 ? conflicts.map(conflictOf) : (status.details?.causes ?? []),
    ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
  };
  return new SluiceError(code, status.message ?? `the API server answered ${httpStatus}`, { subject, facts });
}

/** Seconds after which the server asks to be asked again, from the header or the Status; undefined when it does not. */
export function retryAfterSeconds(answer: Pick<WireAnswer, 'headers' | 'body'>): number | undefined {
  const header = Number(answer.headers['retry-after']);
  if (Number.isFinite(header) && header >= 0) return header;
  return parseStatus(answer.body.toString('utf8'))?.details?.retryAfterSeconds;
}

/** The causes that the server gave with an error; of a field conflict, those are {manager, field}. */
export function causesOf(error: SluiceError): readonly StatusCause[] {
  const causes = error.data.facts?.['causes'];
  return Array.isArray(causes) ? (causes as readonly StatusCause[]) : [];
}

const codeByStatus: Readonly<Record<number, Code>> = {
  400: 'OBJECT_REJECTED',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'KIND_UNKNOWN',
  409: 'CONFLICT',
  410: 'GONE',
  413: 'OBJECT_REJECTED',
  415: 'OBJECT_REJECTED',
  422: 'OBJECT_REJECTED',
  429: 'TOO_MANY_REQUESTS',
  504: 'TIMEOUT',
};

/** What the number alone does not say, in order of precedence. */
const exceptions: readonly { readonly code: Code; readonly when: (status: Status, httpStatus: number) => boolean }[] = [
  { code: 'FIELD_CONFLICT', when: (status) => conflictsOf(status).length > 0 },
  // A path that no handler serves answers 404 without naming an object: the kind is not there, rather than the object.
  { code: 'KIND_UNKNOWN', when: (status, http) => http === 404 && status.details?.name === undefined },
  { code: 'OBJECT_EXISTS', when: (status, http) => http === 409 && status.reason === 'AlreadyExists' },
  { code: 'OBJECT_REJECTED', when: (status, http) => http < 500 && isDenial(status) },
  { code: 'OBJECT_REJECTED', when: (status, http) => http === 500 && isSchemaFault(status) },
];

function codeOf(status: Status, httpStatus: number): Code {
  const exception = exceptions.find(({ when }) => when(status, httpStatus));
  if (exception !== undefined) return exception.code;
  return codeByStatus[httpStatus] ?? (httpStatus >= 500 ? 'UNAVAILABLE' : 'OBJECT_REJECTED');
}

function conflictsOf(status: Status): readonly StatusCause[] {
  return (status.details?.causes ?? []).filter(({ reason }) => reason === 'FieldManagerConflict');
}

/** A webhook chooses its own code, 403 by default; only the server's fixed words tell its denial from a missing permission. */
function isDenial({ message = '' }: Status): boolean {
  return /^admission webhook ".*" denied the request/.test(message);
}

/** Server-side apply answers an undeclared field with 500 and, unlike every real internal error, without a reason. */
function isSchemaFault({ reason = '', message = '' }: Status): boolean {
  return reason === '' && message.startsWith('failed to create typed patch object');
}

/** The API puts the manager into the words of the cause: `conflict with "NAME" using apps/v1`. */
function conflictOf({ message = '', field = '' }: StatusCause): { readonly manager: string; readonly field: string } {
  return { manager: /^conflict with "(.*?)"/.exec(message)?.[1] ?? '', field };
}

function plainText(body: Buffer): string {
  return body.subarray(0, 300).toString('utf8').trim().replace(/\s+/g, ' ');
}
