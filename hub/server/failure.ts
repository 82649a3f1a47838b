import { asSluiceError, errorJson, type Code, type SluiceError } from '../../shared/errors.ts';

/** The HTTP form of an error: status, headers, and the JSON of `--json`; the inside of an internal bug stays inside. */
export function failureOf(thrown: unknown): {
  readonly error: SluiceError;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
} {
  const error = asSluiceError(thrown, codeOfForeign(thrown));
  const status = statusOf(error);
  const headers =
    status === 401
      ? { 'www-authenticate': 'Basic realm="sluice", charset="UTF-8"' }
      : status === 503
        ? { 'retry-after': '2' }
        : {};
  const body = error.code === 'INTERNAL' ? { code: 'INTERNAL', message: 'the hub failed' } : errorJson(error);
  return { error, status, headers, body: body };
}

const statuses: Partial<Record<Code, number>> = {
  INTERNAL: 500,
  USAGE: 400,
  WIRE_INVALID: 400,
  UNAUTHENTICATED: 401,
  SIGNATURE_INVALID: 401,
  FORBIDDEN: 403,
  TOKEN_EXPIRED: 403,
  REVOKED: 410,
  NOT_FOUND: 404,
  REFERENCE_NOT_FOUND: 404,
  CHANGE_NOT_FOUND: 404,
  EXISTS: 409,
  CONFLICT: 409,
  LEDGER_RACED: 409,
  LIMIT_EXCEEDED: 413,
  TOO_MANY_REQUESTS: 429,
};

const statusByExit: Readonly<Record<number, number>> = {
  2: 400,
  3: 422,
  4: 422,
  5: 409,
  6: 403,
  7: 503,
  8: 500,
  9: 409,
};

function statusOf(error: SluiceError): number {
  return statuses[error.code] ?? statusByExit[error.exitCode] ?? 500;
}

/** The web framework's own refusals carry a status. */
function codeOfForeign(thrown: unknown): Code {
  const status =
    typeof thrown === 'object' && thrown !== null && 'statusCode' in thrown ? Number(thrown.statusCode) : 500;
  if (status === 413) return 'LIMIT_EXCEEDED';
  return status >= 400 && status < 500 ? 'WIRE_INVALID' : 'INTERNAL';
}
