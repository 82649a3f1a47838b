import type { JsonObject } from '../json.ts';
import type { FieldConflict } from '../apply/managed.ts';

/** One cause of a refusal, as in Status.details.causes. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** What a refusal is about. */
export interface Subject {
  readonly group?: string;
  /** The resource's plural name, or the kind for Invalid. */
  readonly kind: string;
  readonly name: string;
  readonly uid?: string;
}

/** A refusal that is sent as a Status object. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: JsonObject | undefined;

  constructor(code: number, reason: string, message: string, details?: JsonObject) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

/** The Status object of a refusal. */
export function statusOf(error: ApiError): JsonObject {
  const { code, reason, message, details } = error;
  const head = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message };
  return {
    ...head,
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

export function notFound(subject: Subject): ApiError {
  return new ApiError(404, 'NotFound', `${resourceText(subject)} "${subject.name}" not found`, detailsOf(subject));
}

/** The path names nothing that is served. */
export function noSuchResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function alreadyExists(subject: Subject): ApiError {
  return new ApiError(
    409,
    'AlreadyExists',
    `${resourceText(subject)} "${subject.name}" already exists`,
    detailsOf(subject),
  );
}

/** 409 without causes: a resourceVersion or a precondition did not match. */
export function conflict(subject: Subject, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${resourceText(subject)} "${subject.name}": ${why}`;
  return new ApiError(409, 'Conflict', message, detailsOf(subject));
}

/** 409: the object of that name is another one than the request means. */
export function otherUid(subject: Subject, wanted: string, live: string): ApiError {
  return conflict(subject, `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${live}`);
}

/** The reason of a conflict over resourceVersion. */
export const modified = 'the object has been modified; please apply your changes to the latest version and try again';

/** 409 with one cause per field: an apply met other managers. */
export function applyConflict(conflicts: readonly FieldConflict[]): ApiError {
  const causes = conflicts.map(({ manager, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${manager}`,
    field,
  }));
  return new ApiError(409, 'Conflict', conflictText(conflicts), { causes });
}

export function invalid(subject: Subject, causes: readonly Cause[]): ApiError {
  const named = subject.group === undefined || subject.group === '' ? subject.kind : `${subject.kind}.${subject.group}`;
  const texts = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const text = texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
  const list = causes.map((cause) => ({ ...cause }));
  return new ApiError(422, 'Invalid', `${named} "${subject.name}" is invalid: ${text}`, {
    ...detailsOf(subject),
    causes: list,
  });
}

export function forbidden(subject: Subject, why: string, causes: readonly Cause[] = []): ApiError {
  const details = {
    ...detailsOf(subject),
    ...(causes.length > 0 ? { causes: causes.map((cause) => ({ ...cause })) } : {}),
  };
  return new ApiError(403, 'Forbidden', `${resourceText(subject)} "${subject.name}" is forbidden: ${why}`, details);
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}

export function methodNotAllowed(): ApiError {
  return new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

export function unsupportedMediaType(supported: readonly string[]): ApiError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${supported.join(', ')}`;
  return new ApiError(415, 'UnsupportedMediaType', message);
}

/** 504 with the cause that clients look for: a resourceVersion from the future. */
export function tooLargeVersion(wanted: number, current: number): ApiError {
  return new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

function resourceText(subject: Subject): string {
  return subject.group === undefined || subject.group === '' ? subject.kind : `${subject.kind}.${subject.group}`;
}

function detailsOf(subject: Subject): JsonObject {
  const { group, kind, name, uid } = subject;
  return {
    name,
    ...(group === undefined || group === '' ? {} : { group }),
    kind,
    ...(uid === undefined ? {} : { uid }),
  };
}

function conflictText(conflicts: readonly FieldConflict[]): string {
  const managers = [...new Set(conflicts.map(({ manager }) => manager))];
  const head = `Apply failed with ${conflicts.length} conflict${conflicts.length === 1 ? '' : 's'}`;
  const parts = managers.map((manager) => {
    const fields = conflicts.filter((conflict) => conflict.manager === manager).map(({ field }) => field);
    const [first = ''] = fields;
    return conflicts.length === 1
      ? `conflict with ${manager}: ${first}`
      : `conflicts with ${manager}:\n${fields.map((field) => `- ${field}`).join('\n')}`;
  });
  return `${head}: ${parts.join('\n')}`;
}
