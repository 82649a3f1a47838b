import { describe, expect, it } from 'vitest';
import { gitHeaders } from '../../../../../shared/adapters/git/refs.ts';
import type { Http } from '../../../../../shared/ports/http.ts';

const http: Http = { request: () => Promise.reject(new Error('unused')), events: () => Promise.resolve() };
const host = { http, url: 'https://git.example/channel.git' };

describe('the headers of a request to a Git host', () => {
  it.each([
    ['those of the request alone', () => null, undefined, { accept: 'x' }],
    ['with the credential', () => 'Basic a', undefined, { accept: 'x', authorization: 'Basic a' }],
    [
      'with those of the host',
      () => null,
      { 'sluice-reads': 'revision=1' },
      { accept: 'x', 'sluice-reads': 'revision=1' },
    ],
    ['with the own where both have one', () => null, { accept: 'y' }, { accept: 'x' }],
  ])('are %s', (_, authorization, headers, expected) => {
    const given = { ...host, authorization, ...(headers !== undefined && { headers }) };
    expect(gitHeaders(given, { accept: 'x' })).toEqual(expected);
  });
});
