import { describe, expect, it } from 'vitest';
import { errorAnswer } from '../../../../hub/server/errors.ts';
import { SluiceError } from '../../../../shared/errors.ts';

describe('the answer to an error', () => {
  it('has the code, the message and the facts', () => {
    const thrown = new SluiceError('EXISTS', 'a cluster of this name has an agent', { subject: 'prod', hint: 'no' });
    expect(errorAnswer(thrown)).toMatchObject({
      status: 409,
      headers: {},
      body: { code: 'EXISTS', message: 'a cluster of this name has an agent', subject: 'prod', hint: 'no' },
    });
  });

  it('keeps the inside of a bug inside', () => {
    const { status, body } = errorAnswer(new TypeError("cannot read 'secret' of undefined"));
    expect([status, body]).toEqual([500, { code: 'INTERNAL', message: 'the hub failed' }]);
  });

  it.each([
    ['UNAUTHENTICATED', 'www-authenticate', 'Basic realm="sluice", charset="UTF-8"'],
    ['UNAVAILABLE', 'retry-after', '2'],
  ] as const)('of %s has the header %s', (code, name, value) => {
    expect(errorAnswer(new SluiceError(code, 'x')).headers).toEqual({ [name]: value });
  });

  it.each([
    [413, 'LIMIT_EXCEEDED', 413],
    [415, 'WIRE_INVALID', 400],
    [400, 'WIRE_INVALID', 400],
    [500, 'INTERNAL', 500],
  ])('of the web framework with status %i is %s', (statusCode, code, status) => {
    const thrown = Object.assign(new Error('refused'), { statusCode });
    const answer = errorAnswer(thrown);
    expect([answer.error.code, answer.status]).toEqual([code, status]);
  });
});
