import { describe, expect, it } from 'vitest';
import { codes, type Code } from '../../../../shared/errors.ts';
import { answerError, codeOfStatus, httpStatusOf, statusError } from '../../../../shared/lib/http-status.ts';

describe('the status of a code', () => {
  it.each<[Code, number]>([
    ['WIRE_INVALID', 400],
    ['USAGE', 400],
    ['UNAUTHENTICATED', 401],
    ['SIGNATURE_INVALID', 401],
    ['FORBIDDEN', 403],
    ['TOKEN_EXPIRED', 403],
    ['REFERENCE_NOT_FOUND', 404],
    ['CHANGE_NOT_FOUND', 404],
    ['EXISTS', 409],
    ['LEDGER_RACED', 409],
    ['REVOKED', 410],
    ['LIMIT_EXCEEDED', 413],
    ['CONFIG_INVALID', 422],
    ['NAME_INVALID', 422],
    ['RENDER_FAILED', 422],
    ['TOO_MANY_REQUESTS', 429],
    ['INTERNAL', 500],
    ['LEDGER_INVALID', 500],
    ['FLEET_DEGRADED', 500],
    ['UNAVAILABLE', 503],
    ['TIMEOUT', 503],
    ['MASS_DELETE', 409],
    ['LEASE_LOST', 409],
  ])('%s is %i', (code, status) => {
    expect(httpStatusOf(code)).toBe(status);
  });

  it('is an error for every code of the list', () => {
    const statuses = Object.keys(codes).map((code) => httpStatusOf(code as Code));
    expect(statuses.filter((status) => status < 400 || status > 599)).toEqual([]);
  });
});

describe('the code of a status alone', () => {
  it.each<[number, Code]>([
    [400, 'UNAVAILABLE'],
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [408, 'TIMEOUT'],
    [409, 'CONFLICT'],
    [410, 'REVOKED'],
    [413, 'LIMIT_EXCEEDED'],
    [422, 'UNAVAILABLE'],
    [429, 'TOO_MANY_REQUESTS'],
    [500, 'UNAVAILABLE'],
    [502, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
    [504, 'TIMEOUT'],
  ])('%i is %s', (status, code) => {
    expect(codeOfStatus(status)).toBe(code);
    expect(statusError(status, 'https://hub.example')).toMatchObject({ code, data: { facts: { status } } });
  });

  it.each([401, 403, 404, 409, 410, 413, 429])('%i reads as a code that is sent with it', (status) => {
    expect(httpStatusOf(codeOfStatus(status))).toBe(status);
  });
});

describe('the error of an answer', () => {
  const errorOf = (status: number, body: string) => answerError({ status, body: Buffer.from(body) }, 'the hub');

  it('is the code, message and hint of its body', () => {
    const body = JSON.stringify({ code: 'TOKEN_EXPIRED', message: 'the join token has expired', hint: 'join again' });
    expect(errorOf(403, body)).toMatchObject({
      code: 'TOKEN_EXPIRED',
      message: 'the join token has expired',
      data: { subject: 'the hub', hint: 'join again' },
    });
  });

  it.each([
    ['is not JSON', 'Bad Gateway'],
    ['is no object', '"REVOKED"'],
    ['has a code that is not of the list', '{"code":"TEAPOT","message":"no"}'],
    ['has no message', '{"code":"REVOKED"}'],
  ])('is that of its status when the body %s', (_, body) => {
    expect(errorOf(404, body)).toMatchObject({ code: 'NOT_FOUND', message: 'the server answered 404' });
  });
});
