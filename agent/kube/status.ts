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
  const causes = status.details?.causes ?? [];
  const conflicts = causes.filter(({ reason }) => reason === 'FieldManagerConflict');
  const code = codeOf(status, httpStatus, conflicts.length > 0);
  const facts = {
    status: httpStatus,
    reason: status.reason ?? '',
    causes: conflicts.length > 0 ? conflicts.map(conflictOf) : causes,
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

/** True when the error says that the fields of another manager are in the way. */
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

/** A path that no handler serves answers 404 without naming an object: the kind is not there, rather than the object. */
function codeOf(status: Status, httpStatus: number, hasFieldConflict: boolean): Code {
  if (hasFieldConflict) return 'FIELD_CONFLICT';
  if (httpStatus === 404 && status.details?.name === undefined) return 'KIND_UNKNOWN';
  if (httpStatus === 409 && status.reason === 'AlreadyExists') return 'OBJECT_EXISTS';
  if (httpStatus < 500 && isDenial(status)) return 'OBJECT_REJECTED';
  return codeByStatus[httpStatus] ?? (httpStatus >= 500 ? 'UNAVAILABLE' : 'OBJECT_REJECTED');
}

/** A webhook chooses its own code, 403 by default; only the server's fixed words tell its denial from a missing permission. */
function isDenial({ message = '' }: Status): boolean {
  return /^admission webhook ".*" denied the request/.test(message);
}

/** The API puts the manager into the words of the cause: `conflict with "NAME" using apps/v1`. */
function conflictOf({ message = '', field = '' }: StatusCause): { readonly manager: string; readonly field: string } {
  return { manager: /^conflict with "(.*?)"/.exec(message)?.[1] ?? '', field };
}

function plainText(body: Buffer): string {
  return body.subarray(0, 300).toString('utf8').trim().replace(/\s+/g, ' ');
}
