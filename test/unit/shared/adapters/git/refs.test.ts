import { describe, expect, it } from 'vitest';
import { lookupRefs } from '../../../../../shared/adapters/git/refs.ts';
import { delimiter, flush, packet } from '../../../../../shared/lib/git/pkt-line.ts';
import type { Http, HttpRequest, HttpResponse } from '../../../../../shared/ports/http.ts';

const url = 'https://git.example/channel.git';
const [one, two] = ['1'.repeat(40), '2'.repeat(40)];
const result = 'application/x-git-upload-pack-result';
const advertisement = 'application/x-git-upload-pack-advertisement';
const service = [packet('# service=git-upload-pack\n'), flush];

function answer(type: string, ...packets: readonly Buffer[]): HttpResponse {
  return { status: 200, headers: { 'content-type': type }, body: Buffer.concat(packets) };
}

const shows = answer(advertisement, ...service, packet('version 2\n'), packet('ls-refs\n'), flush);

/** A host that gives these answers, in this order; and what it was asked. */
function hostOf(...answers: readonly HttpResponse[]) {
  const asked: HttpRequest[] = [];
  const request = (order: HttpRequest): Promise<HttpResponse> => {
    asked.push(order);
    const next = answers[asked.length - 1];
    return next === undefined ? Promise.reject(new Error('asked too often')) : Promise.resolve(next);
  };
  const http: Http = { request, events: () => Promise.resolve() };
  return { asked, host: { http, url, authorization: () => 'Basic abc', headers: { 'x-more': 'yes' } } };
}

const look = (answers: readonly HttpResponse[], wanted: readonly string[], v2: boolean | null = true) => {
  const { host, asked } = hostOf(...answers);
  return { asked, found: lookupRefs(host, wanted, { v2, signal: new AbortController().signal }) };
};

describe('refs of a Git host', () => {
  it('are asked for in one request, and only those that are named exactly', async () => {
    const lines = [packet(`${one} refs/heads/a\n`), packet(`${two} refs/heads/ab\n`)];
    const { found, asked } = look([answer(result, ...lines, flush)], ['refs/heads/a', 'refs/heads/gone']);
    expect(await found).toEqual({ refs: new Map([['refs/heads/a', one]]), v2: true });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: 'POST', url: `${url}/git-upload-pack`, headers: { 'x-more': 'yes' } });
    expect(asked[0]?.headers).toMatchObject({ authorization: 'Basic abc', 'git-protocol': 'version=2' });
    expect(Buffer.from(asked[0]?.body ?? []).toString()).toContain('ref-prefix refs/heads/gone');
  });

  it('are none where the host has none, and says so to its end', async () => {
    expect((await look([answer(result, flush)], ['refs/heads/a']).found).refs.size).toBe(0);
  });

  it('are not looked for where objects have other names, which is said', async () => {
    const offer = [packet('version 2\n'), packet('ls-refs\n'), packet('object-format=sha256\n'), flush];
    // To a question without the format such a server answers nothing at all.
    const { found } = look([answer(result), answer(advertisement, ...service, ...offer)], ['refs/heads/a']);
    await expect(found).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('sha256') as string,
      data: { hint: expect.stringContaining('--object-format=sha1') as string },
    });
  });

  it.each<[string, HttpResponse]>([
    ['was cut between two refs', answer(result, packet(`${one} refs/heads/a\n`))],
    ['was cut within a ref', answer(result, packet(`${one} refs/heads/a\n`).subarray(0, 20))],
    ['is empty', answer(result)],
    ['has another mark among the refs', answer(result, delimiter, packet(`${one} refs/heads/a\n`), flush)],
    ['has no name of an object', answer(result, packet('nonsense refs/heads/a\n'), flush)],
    ['says that it refuses', answer(result, packet('ERR no access\n'), flush)],
  ])('are never a shorter list where the answer %s', async (_, cut) => {
    // Asked which protocol the host speaks, and once more: a broken answer may be that of an older one.
    const { found } = look([cut, shows, cut], ['refs/heads/a', 'refs/heads/b']);
    await expect(found).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('are read from the list of everything where the host speaks an older protocol', async () => {
    const lines = [packet(`${one} HEAD\0side-band-64k\n`), packet(`${two} refs/heads/a\n`), flush];
    const { found, asked } = look([answer(advertisement, ...service, ...lines)], ['refs/heads/a'], false);
    expect(await found).toEqual({ refs: new Map([['refs/heads/a', two]]), v2: false });
    expect(asked[0]).toMatchObject({ method: 'GET', url: `${url}/info/refs?service=git-upload-pack` });
  });

  it('are asked for by the newer protocol once the host shows that it speaks it', async () => {
    const { found } = look([shows, answer(result, packet(`${one} refs/heads/a\n`), flush)], ['refs/heads/a'], false);
    expect(await found).toEqual({ refs: new Map([['refs/heads/a', one]]), v2: true });
  });

  it('are not looked for at an address that is not a Git server', async () => {
    const page = answer('text/html', Buffer.from('<html>'));
    await expect(look([page, page], ['refs/heads/a']).found).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      data: { subject: url, hint: 'check the URL' },
    });
  });

  it('are refused with the meaning of the status of the host', async () => {
    const denied = { ...answer('text/plain'), status: 403 };
    await expect(look([denied], ['refs/heads/a']).found).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
