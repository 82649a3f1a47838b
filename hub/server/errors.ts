import { asSluiceError, errorJson, type Code, type SluiceError } from '../../shared/errors.ts';
import { httpStatusOf } from '../../shared/lib/http-status.ts';

/** The HTTP form of an error: status, headers, and the JSON of `--json`; the inside of an internal bug stays inside. */
export interface ErrorAnswer {
  readonly error: SluiceError;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The answer to a request whose handling threw. */
export function errorAnswer(thrown: unknown): ErrorAnswer {
  const error = asSluiceError(thrown, codeOfFramework(thrown));
  const status = httpStatusOf(error.code);
  const body = error.code === 'INTERNAL' ? { code: 'INTERNAL', message: 'the hub failed' } : errorJson(error);
  return { error, status, headers: headersByStatus[status] ?? {}, body };
}

const headersByStatus: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'www-authenticate': 'Basic realm="sluice", charset="UTF-8"' },
  503: { 'retry-after': '2' },
};

/** The web framework's own refusals carry a status. */
function codeOfFramework(thrown: unknown): Code {
  const status =
    typeof thrown === 'object' && thrown !== null && 'statusCode' in thrown ? Number(thrown.statusCode) : 500;
  if (status === 413) return 'LIMIT_EXCEEDED';
  return status >= 400 && status < 500 ? 'WIRE_INVALID' : 'INTERNAL';
}
