import { SluiceError, type Code } from '../errors.ts';

/** The error that an HTTP status stands for; `subject` names what was asked for (never with a credential in it). */
export function statusError(status: number, subject: string): SluiceError {
  return new SluiceError(codeOf(status), `the server answered ${status}`, { subject, facts: { status } });
}

function codeOf(status: number): Code {
  const known: Readonly<Record<number, Code>> = {
    401: 'UNAUTHENTICATED',
    403: 'FORBIDDEN',
    404: 'NOT_FOUND',
    408: 'TIMEOUT',
    409: 'CONFLICT',
    410: 'REVOKED',
    413: 'LIMIT_EXCEEDED',
    429: 'TOO_MANY_REQUESTS',
    504: 'TIMEOUT',
  };
  return known[status] ?? 'UNAVAILABLE';
}
