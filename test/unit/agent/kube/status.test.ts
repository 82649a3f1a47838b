import { describe, expect, it } from 'vitest';
import { causesOf, errorOf, parseStatus, retryAfterSeconds, statusError } from '../../../../agent/kube/status.ts';

type Answer = Parameters<typeof errorOf>[0];

const status = (code: number, more: object = {}): Answer => ({
  status: code,
  headers: {},
  body: Buffer.from(JSON.stringify({ kind: 'Status', code, message: 'words', ...more })),
});

const named = { details: { name: 'web' } };

describe('an answer of the API server becomes an error', () => {
  it.each([
    ['400', status(400, { reason: 'BadRequest' }), 'OBJECT_REJECTED'],
    ['401', status(401, { reason: 'Unauthorized' }), 'UNAUTHENTICATED'],
    ['403', status(403, { reason: 'Forbidden', ...named }), 'FORBIDDEN'],
    ['403 of a webhook', status(403, { message: 'admission webhook "a.b" denied the request: no' }), 'OBJECT_REJECTED'],
    ['400 of a webhook', status(400, { message: 'admission webhook "a.b" denied the request: no' }), 'OBJECT_REJECTED'],
    ['404 that names an object', status(404, { reason: 'NotFound', ...named }), 'NOT_FOUND'],
    ['404 that names none', status(404, { reason: 'NotFound', details: {} }), 'KIND_UNKNOWN'],
    ['404 in plain text', { status: 404, headers: {}, body: Buffer.from('404 page not found\n') }, 'KIND_UNKNOWN'],
    ['409', status(409, { reason: 'Conflict', ...named }), 'CONFLICT'],
    ['409 that exists', status(409, { reason: 'AlreadyExists', ...named }), 'OBJECT_EXISTS'],
    ['410', status(410, { reason: 'Expired' }), 'GONE'],
    ['413', { status: 413, headers: {}, body: Buffer.from('too large') }, 'OBJECT_REJECTED'],
    ['422', status(422, { reason: 'Invalid', ...named }), 'OBJECT_REJECTED'],
    ['429', status(429, { reason: 'TooManyRequests' }), 'TOO_MANY_REQUESTS'],
    ['500', status(500, { reason: 'InternalError' }), 'UNAVAILABLE'],
    ['500 of an apply', status(500, { message: 'failed to create typed patch object (a): .b' }), 'OBJECT_REJECTED'],
    ['502 of a load balancer', { status: 502, headers: {}, body: Buffer.from('<html>bad</html>') }, 'UNAVAILABLE'],
    ['503', status(503, { reason: 'ServiceUnavailable' }), 'UNAVAILABLE'],
    ['504', status(504, { reason: 'Timeout' }), 'TIMEOUT'],
    ['418', status(418), 'OBJECT_REJECTED'],
  ])('%s', (_title, answer, code) => {
    expect(errorOf(answer, 'PATCH /x')).toMatchObject({ code, data: { subject: 'PATCH /x' } });
  });

  it('names manager and field of every conflict', () => {
    const causes = [
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "kubectl edit" using apps/v1',
        field: '.spec.replicas',
      },
      { reason: 'FieldManagerConflict', message: 'conflict with "hpa" with subresource "scale"', field: '.spec.x' },
    ];
    const error = errorOf(status(409, { reason: 'Conflict', details: { name: 'web', causes } }), 'PATCH /x');
    expect(error.code).toBe('FIELD_CONFLICT');
    expect(causesOf(error)).toEqual([
      { manager: 'kubectl edit', field: '.spec.replicas' },
      { manager: 'hpa', field: '.spec.x' },
    ]);
  });

  it('keeps a short piece of a text that is no Status', () => {
    const body = Buffer.from('<html>\n  bad gateway '.repeat(100));
    const { message } = errorOf({ status: 502, headers: {}, body }, 'GET /x');
    expect(message.length).toBeLessThan(320);
    expect(message).toMatch(/^<html> bad gateway/);
  });

  it('reads Retry-After from the header, else from the Status, and nothing from a date', () => {
    const inBody = status(429, { details: { retryAfterSeconds: 7 } });
    expect(retryAfterSeconds({ ...inBody, headers: { 'retry-after': '3' } })).toBe(3);
    expect(retryAfterSeconds(inBody)).toBe(7);
    expect(
      retryAfterSeconds({ ...status(429), headers: { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' } }),
    ).toBeUndefined();
  });

  it('takes an ERROR event of a watch for what its Status says', () => {
    expect(statusError({ kind: 'Status', code: 410, reason: 'Expired' }, 410, 'watch').code).toBe('GONE');
  });

  it.each(['', 'null', '[]', '{"kind":"Pod"}', '{'])('finds no Status in %j', (text) => {
    expect(parseStatus(text)).toBeUndefined();
  });
});
