import { codes, SluiceError, type Code } from '../errors.ts';

/** The error that an HTTP status stands for; `subject` names what was asked for (never with a credential in it). */
export function statusError(status: number, subject: string): SluiceError {
  return new SluiceError(codeOf(status), `the server answered ${status}`, { subject, facts: { status } });
}

/** The error of a hub's answer: the code and message of its JSON body (`{code, message, hint}`), else what its status stands for. */
export function answerError(
  response: { readonly status: number; readonly body: Uint8Array },
  subject: string,
): SluiceError {
  const said = bodyOf(response.body);
  const { code, message, hint } = said;
  if (typeof code !== 'string' || !isCode(code) || typeof message !== 'string') {
    return statusError(response.status, subject);
  }
  const advice = typeof hint === 'string' ? { hint: hint.slice(0, 300) } : {};
  return new SluiceError(code, message.slice(0, 300), { subject, ...advice, facts: { status: response.status } });
}

function bodyOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isCode(text: string): text is Code {
  return Object.hasOwn(codes, text);
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
