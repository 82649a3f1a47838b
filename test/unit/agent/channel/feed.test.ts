import { describe, expect, it } from 'vitest';
import { feedTransport } from '../../../../agent/channel/feed.ts';
import { listenTo } from '../../../../agent/channel/listen.ts';
import { verify } from '../../../../agent/channel/verify/verify.ts';
import type { Pulled } from '../../../../agent/model/bundle.ts';
import { SluiceError } from '../../../../shared/errors.ts';
import { digestOf, type Digest } from '../../../../shared/lib/canonical.ts';
import type { EventStreamRequest, Http, HttpRequest, HttpResponse } from '../../../../shared/ports/http.ts';
import { isDocument } from '../../../../shared/wire/layout.ts';
import { documentedBundle, firstRoot, goodBundle, identity, noon } from '../../../fixtures/agent/bundle.ts';

const bundle = goodBundle();
const signal = new AbortController().signal;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const body = ({ payload, signatures }: { payload: Uint8Array; signatures: Uint8Array }) => ({
  payload: text(payload),
  signatures: text(signatures),
});
const contents = new Map<string, string>([...bundle.files.values()].map((bytes) => [digestOf(bytes), text(bytes)]));

/** A hub's feed as state: its ETag, and which objects it leaves out of the answer. */
function fakeHub(options: { readonly leaveOut?: readonly string[] } = {}) {
  const hub = { etag: '"1"', status: 200, asked: [] as HttpRequest[] };
  const answer = (request: HttpRequest): HttpResponse => {
    hub.asked.push(request);
    const path = new URL(request.url).pathname;
    const object = contents.get(decodeURIComponent(path.split('/objects/')[1] ?? ''));
    if (object !== undefined) return { status: 200, headers: {}, body: Buffer.from(object) };
    if (hub.status !== 200)
      return { status: hub.status, headers: {}, body: Buffer.from('{"code":"REVOKED","message":"gone"}') };
    if (request.headers?.['if-none-match'] === hub.etag) return { status: 304, headers: {}, body: Buffer.alloc(0) };
    const objects = Object.fromEntries([...contents].filter(([digest]) => options.leaveOut?.includes(digest) !== true));
    const value = { roots: [body(firstRoot)], revision: body(bundle.signed), freshness: null, objects };
    return { status: 200, headers: { etag: hub.etag }, body: Buffer.from(JSON.stringify(value)) };
  };
  const http: Http = { request: (request) => Promise.resolve(answer(request)), events: () => Promise.resolve() };
  const transport = feedTransport('https://hub.example.com', { http, identity, authorization: () => 'Basic x' });
  return { hub, transport };
}

const generationOf = async (pulled: Pulled) => {
  if (pulled.kind === 'unchanged') return 'unchanged';
  const trust = { mark: null, rootVersion: 0, timeFloor: 0, previous: null };
  return (await verify({ snapshot: pulled.snapshot, identity, trust, now: noon })).mark.generation;
};

describe('the feed', () => {
  it('gives the bundle once, and says unchanged until the hub has another', async () => {
    const { hub, transport } = fakeHub();
    expect(await generationOf(await transport.pull(null, signal))).toBe(7);
    expect(await generationOf(await transport.pull(null, signal))).toBe('unchanged');
    hub.etag = '"2"';
    expect(await generationOf(await transport.pull(null, signal))).toBe(7);
  });

  it('fetches everything again after a reset', async () => {
    const { transport } = fakeHub();
    await transport.pull(null, signal);
    transport.reset();
    expect(await generationOf(await transport.pull(null, signal))).toBe(7);
  });

  it('asks for an object that was left out and is not at hand, and names what is', async () => {
    const [missing = ''] = contents.keys();
    const { hub, transport } = fakeHub({ leaveOut: [missing] });
    expect(await generationOf(await transport.pull(null, signal))).toBe(7);
    const have = { revisionDigest: digestOf('before'), objects: new Set([missing as Digest]) };
    transport.reset();
    const pulled = await transport.pull(have, signal);
    if (pulled.kind === 'unchanged') throw new Error('it was reset');
    expect(await pulled.snapshot.object('any', missing as Digest)).toBeNull();
    expect(hub.asked.at(-1)?.url).toContain(`have=${have.revisionDigest}`);
  });

  it('names the bundle at hand unless the ETag does', async () => {
    const { hub, transport } = fakeHub();
    const revisionDigest = digestOf(bundle.signed.payload);
    const objects = new Set([...contents.keys()] as Digest[]);
    const asked = () => new URL(hub.asked.at(-1)?.url ?? '').search;
    await transport.pull(null, signal);
    expect(asked()).toBe('');
    await transport.pull({ revisionDigest, objects }, signal);
    expect(asked()).toBe('');
    await transport.pull({ revisionDigest: digestOf('another'), objects }, signal);
    expect(asked()).toBe(`?have=${digestOf('another')}`);
    await transport.pull(null, signal);
    expect(asked()).toBe('?have=');
    transport.reset();
    await transport.pull({ revisionDigest, objects }, signal);
    expect(asked()).toBe(`?have=${revisionDigest}`);
  });

  it('says what the hub says when it refuses', async () => {
    const { hub, transport } = fakeHub();
    hub.status = 410;
    await expect(transport.pull(null, signal)).rejects.toMatchObject({ code: 'REVOKED' });
  });

  it('refuses an answer of another shape, and a 304 to a first question', async () => {
    const request = (status: number) => () => Promise.resolve({ status, headers: {}, body: Buffer.from('{}') });
    const pull = (status: number) => {
      const http: Http = { request: request(status), events: () => Promise.resolve() };
      return feedTransport('https://hub.example.com', { http, identity, authorization: () => 'x' }).pull(null, signal);
    };
    await expect(pull(200)).rejects.toMatchObject({ code: 'WIRE_INVALID' });
    await expect(pull(304)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('the wake-up stream', () => {
  it('wakes on opening and on each poll, and opens again with a growing backoff', async () => {
    const stop = new AbortController();
    const waits: number[] = [];
    let opened = 0;
    let woken = 0;
    const events = (request: EventStreamRequest): Promise<void> => {
      opened += 1;
      if (opened === 3) {
        request.onOpen?.();
        request.onEvent('poll');
        request.onEvent('something else');
      }
      return Promise.reject(new SluiceError('UNAVAILABLE', 'cut'));
    };
    const silent = () => undefined;
    await listenTo(
      'https://hub.example.com',
      {
        http: { request: () => Promise.reject(new Error('unused')), events },
        identity,
        authorization: () => 'Basic x',
        clock: {
          now: () => noon,
          monotonic: () => 0,
          after: () => silent,
          sleep: (ms) => {
            waits.push(ms);
            if (waits.length === 5) stop.abort();
            return Promise.resolve();
          },
        },
        random: () => 0.999999,
        log: { debug: silent, info: silent, warn: silent, error: silent },
      },
      { trigger: () => (woken += 1), signal: stop.signal },
    );
    expect(woken).toBe(2);
    expect(waits).toEqual([1_000, 2_000, 1_000, 2_000, 4_000]);
  });
});

describe('the feed of format 2', () => {
  const documented = documentedBundle();
  // Documents first, as a hub sends them.
  const sent = [...documented.files].sort(([a], [b]) => Number(isDocument(b)) - Number(isDocument(a)));
  const files = new Map(sent.map(([, bytes]): [string, string] => [digestOf(bytes), text(bytes)]));

  /** A hub that lets so many files come with each answer; `lost` are not in its bundle any more. */
  function hubOfTwo(atOnce: number) {
    const hub = { etag: '"b-1-f"', leaves: [] as string[], lost: new Set<string>(), asked: [] as string[][] };
    const http: Http = {
      request: ({ method, headers, body: sent }) => {
        const answer = (value: object, more = {}): HttpResponse => ({
          status: 200,
          headers: more,
          body: Buffer.from(JSON.stringify(value)),
        });
        if (method === 'POST') {
          const wanted = JSON.parse(text(sent!)) as string[];
          hub.asked.push(wanted);
          const found = wanted.filter((one) => files.has(one) && !hub.lost.has(one)).slice(0, atOnce);
          return Promise.resolve(
            answer({ format: 2, files: Object.fromEntries(found.map((one) => [one, files.get(one)])) }),
          );
        }
        if (headers?.['if-none-match'] === hub.etag)
          return Promise.resolve({ status: 304, headers: {}, body: Buffer.alloc(0) });
        const all = { roots: [body(firstRoot)], revision: body(documented.signed), freshness: null };
        const said = Object.fromEntries(Object.entries(all).filter(([part]) => !hub.leaves.includes(part)));
        const first = Object.fromEntries([...files].slice(0, atOnce));
        return Promise.resolve(answer({ format: 2, ...said, files: first }, { etag: hub.etag }));
      },
      events: () => Promise.resolve(),
    };
    return {
      hub,
      transport: feedTransport('https://hub.example.com', { http, identity, authorization: () => 'Basic x' }),
    };
  }

  it.each([1, 2, 3, 100])(
    'fetches what did not come with the answer, %i at once, and nothing twice',
    async (atOnce) => {
      const { hub, transport } = hubOfTwo(atOnce);
      expect(await generationOf(await transport.pull(null, signal))).toBe(7);
      expect(hub.asked.length).toBe(Math.max(0, Math.ceil((files.size - atOnce) / atOnce)));
      expect(await generationOf(await transport.pull(null, signal))).toBe('unchanged');
    },
  );

  it('takes what an answer leaves out from the one before, and refuses one that leaves out what never came', async () => {
    const { hub, transport } = hubOfTwo(100);
    await transport.pull(null, signal);
    Object.assign(hub, { etag: '"b-1-g"', leaves: ['roots', 'revision'] });
    expect(await generationOf(await transport.pull(null, signal))).toBe(7);
    transport.reset();
    await expect(transport.pull(null, signal)).rejects.toMatchObject({ code: 'WIRE_INVALID' });
  });

  it('begins anew when a file is not in the bundle any more: half a bundle is never taken for all of it', async () => {
    const { hub, transport } = hubOfTwo(1);
    hub.lost.add([...files.keys()].at(-1)!);
    await expect(transport.pull(null, signal).then(generationOf)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    hub.lost.clear();
    expect(await generationOf(await transport.pull(null, signal))).toBe(7);
  });
});
