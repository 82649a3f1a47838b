import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEffectRunner, type EffectRunner } from '../../../../hub/effects/runner.ts';
import { mayConnect } from '../../../../hub/model/hosts.ts';
import type { QueryEffect, RequestEffect } from '../../../../hub/model/effect.ts';
import { createHttp, type HttpClient } from '../../../../shared/adapters/http/client.ts';
import { SluiceError } from '../../../../shared/errors.ts';
import { startReceiver, type Receiver } from '../../../fakes/receiver.ts';

const id = 'web#17/tell/1';

describe('effects', () => {
  let receiver: Receiver;
  let http: HttpClient;
  let timers: { at: number; run: () => void }[];
  let at: number;
  /** By how much the clock of the machine was set. */
  let set: number;
  let changes: number;
  let stop: AbortController;
  beforeEach(async () => {
    receiver = await startReceiver();
    [timers, at, set, changes, stop] = [[], 0, 0, 0, new AbortController()];
    http = createHttp({ allowPlain: true });
  });
  afterEach(async () => {
    stop.abort();
    http.close();
    await receiver.close();
  });

  function runner(
    allow: readonly string[] = [receiver.host],
    client: Pick<HttpClient, 'request'> = http,
  ): EffectRunner {
    return createEffectRunner({
      http: client,
      allow,
      secret: (name, key) => {
        if (name === 'slack' && key === 'url') return `${receiver.url('/hooks/s3cret')}\n`;
        throw new SluiceError('CONFIG_INVALID', `there is no secret ${name}/${key}: the hub has none`);
      },
      clock: {
        now: () => at + set,
        monotonic: () => at,
        sleep: () => Promise.resolve(),
        after: (ms, run) => {
          const timer = { at: at + ms, run };
          timers.push(timer);
          return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
        },
      },
      random: () => 1,
      changed: () => void (changes += 1),
      signal: stop.signal,
    });
  }
  const request = (more: Partial<RequestEffect> = {}): RequestEffect => ({
    id,
    kind: 'request',
    method: 'POST',
    url: { value: receiver.url('/x') },
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}',
    wantsAnswer: false,
    ...more,
  });
  /** Runs everything that is due, timer after timer. */
  async function until(effects: EffectRunner, most = 100): Promise<void> {
    await effects.idle();
    for (let fired = 0; timers.length > 0 && fired < most; fired += 1) {
      const next = timers.sort((a, b) => a.at - b.at).shift();
      at = Math.max(at, next?.at ?? at);
      next?.run();
      await effects.idle();
    }
  }

  it('are done once, with their key', async () => {
    const effects = runner();
    effects.want([request()]);
    effects.want([request()]);
    await until(effects);
    expect(receiver.received).toMatchObject([
      {
        method: 'POST',
        path: '/x',
        body: '{"a":1}',
        headers: { 'idempotency-key': id, 'content-type': 'application/json' },
      },
    ]);
    expect(effects.verdict(request())).toMatchObject({ ok: true, value: null });
    expect(changes).toBe(1);
  });

  it('are tried again with the same key where the server is not well', async () => {
    receiver.answer = (_, response, count) => {
      response.statusCode = count < 3 ? 503 : 200;
      response.end();
    };
    const effects = runner();
    effects.want([request()]);
    await effects.idle();
    expect(effects.verdict(request())).toBeUndefined();
    expect(effects.waits(request())).toContain('answered with status 503, 1 of 5 times');
    await until(effects);
    expect(receiver.received.map(({ headers }) => headers['idempotency-key'])).toEqual([id, id, id]);
    expect(effects.verdict(request())?.ok).toBe(true);
  });

  it('fail after five tries', async () => {
    receiver.answer = (_, response) => {
      response.statusCode = 500;
      response.end();
    };
    const effects = runner();
    effects.want([request()]);
    await until(effects);
    expect(receiver.received).toHaveLength(5);
    expect(effects.verdict(request())).toMatchObject({
      ok: false,
      reason: `${receiver.host} answered with status 500, 5 of 5 times`,
    });
  });

  it.each([400, 401, 404, 409, 304])('fail at once with status %d', async (status) => {
    receiver.answer = (_, response) => {
      response.statusCode = status;
      response.end();
    };
    const effects = runner();
    effects.want([request()]);
    await until(effects);
    expect(receiver.received).toHaveLength(1);
    expect(effects.verdict(request())).toMatchObject({
      ok: false,
      reason: `${receiver.host} answered with status ${status}`,
    });
  });

  it('are done again with the same key by the next process', async () => {
    const first = runner();
    first.want([request()]);
    await until(first);
    const second = runner();
    second.want([request()]);
    await until(second);
    expect(receiver.received.map(({ headers }) => headers['idempotency-key'])).toEqual([id, id]);
  });

  it('go nowhere that the hub does not allow, and say what to set', async () => {
    const effects = runner([]);
    effects.want([request()]);
    await until(effects);
    expect(receiver.received).toEqual([]);
    expect(effects.verdict(request())?.reason).toBe(
      `${receiver.host} is not among the hosts that the hub may reach: add it to effects.allow of its configuration`,
    );
  });

  it('follow no redirect to another host', async () => {
    const other = await startReceiver();
    receiver.answer = (_, response) => void response.writeHead(307, { location: other.url('/metadata') }).end();
    const effects = runner([receiver.host, other.host]);
    effects.want([request()]);
    await until(effects);
    expect(other.received).toEqual([]);
    expect(effects.verdict(request())).toMatchObject({
      ok: false,
      reason: expect.stringContaining('redirects elsewhere') as unknown,
    });
    await other.close();
  });

  it('are not done where an allowed name leads to this machine, and is not listed itself', async () => {
    const port = receiver.host.split(':')[1] ?? '';
    const allow = ['sluice.localhost'];
    const guarded = createHttp({ allowPlain: true, mayConnect: (address) => mayConnect(address, allow) });
    const one = request({ url: { value: `http://sluice.localhost:${port}/x` } });
    const effects = runner(allow, guarded);
    effects.want([one]);
    await until(effects);
    expect(receiver.received).toEqual([]);
    expect(effects.verdict(one)?.ok).toBe(false);
    guarded.close();
  });

  it('read no answer that is too large', async () => {
    receiver.answer = (_, response) => void response.end(Buffer.alloc(2_000_000));
    const effects = runner();
    effects.want([request()]);
    await until(effects);
    expect(effects.verdict(request())).toMatchObject({
      ok: false,
      reason: expect.stringContaining('is larger than') as unknown,
    });
  });

  it('give the answer where it is wanted', async () => {
    receiver.answer = (_, response) => void response.end('{"b":2}');
    const one = request({ wantsAnswer: true });
    const effects = runner();
    effects.want([one]);
    await until(effects);
    expect(effects.verdict(one)?.value).toMatchObject({ statusCode: 200, body: '{"b":2}' });
  });

  it('take an address from a secret, and never say it', async () => {
    receiver.answer = (_, response) => {
      response.statusCode = 403;
      response.end();
    };
    const one = request({ url: { secret: { name: 'slack', key: 'url' } } });
    const effects = runner();
    effects.want([one]);
    await until(effects);
    expect(receiver.received[0]?.path).toBe('/hooks/s3cret');
    expect(JSON.stringify(effects.verdict(one))).not.toContain('s3cret');
  });

  it('fail without their secret', async () => {
    const one = request({ url: { secret: { name: 'lark', key: 'url' } } });
    const effects = runner();
    effects.want([one]);
    await until(effects);
    expect(effects.verdict(one)).toMatchObject({ ok: false, reason: 'there is no secret lark/url: the hub has none' });
  });

  it('are given up where nothing wants them any more', async () => {
    receiver.answer = (_, response) => {
      response.statusCode = 503;
      response.end();
    };
    const effects = runner();
    effects.want([request()]);
    await effects.idle();
    effects.want([]);
    await until(effects);
    expect([receiver.received.length, timers.length]).toEqual([1, 0]);
    expect(effects.verdict(request())).toBeUndefined();
  });

  it('are others where they say something else', async () => {
    const effects = runner();
    effects.want([request()]);
    await until(effects);
    const other = request({ body: '{"a":2}' });
    expect(effects.verdict(other)).toBeUndefined();
    effects.want([other]);
    await until(effects);
    expect(receiver.received.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":2}']);
  });

  describe('queries', () => {
    const query = (more: Partial<QueryEffect> = {}): QueryEffect => ({
      id,
      kind: 'query',
      url: { value: receiver.url('/prom/') },
      query: 'sum(rate(errors[1m]))',
      condition: '<5',
      forMs: 60_000,
      failMs: 30_000,
      ...more,
    });
    const says = (...values: (string | null)[]) => {
      receiver.answer = (_, response, count) => {
        const value = values[Math.min(count, values.length) - 1] ?? null;
        const result = value === null ? [] : [{ metric: {}, value: [1, value] }];
        response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
      };
    };

    it.each<[string, (string | null)[], boolean | undefined, number]>([
      ['hold for as long as they have to', ['1'], true, 60_000],
      ['fail where they do not hold for too long', ['9'], false, 30_000],
      ['begin again after a break', ['1', '1', '9', '1'], true, 105_000],
      ['are neither without an answer', [null, null, null, null, '1'], true, 120_000],
      ['do not fail for a moment', ['9', '1'], true, 75_000],
    ])('%s', async (_, values, ok, ms) => {
      says(...values);
      const effects = runner();
      effects.want([query()]);
      await until(effects);
      expect([effects.verdict(query())?.ok, at]).toEqual([ok, ms]);
      const asked = new URL(receiver.url(receiver.received[0]?.path ?? ''));
      expect([asked.pathname, asked.searchParams.get('query')]).toEqual([
        '/prom/api/v1/query',
        'sum(rate(errors[1m]))',
      ]);
    });

    it.each([
      ['ahead', 3_600_000],
      ['back', -3_600_000],
    ])('hold for as long although the clock is set %s meanwhile', async (_, ms) => {
      receiver.answer = (_request, response, count) => {
        if (count === 2) set = ms;
        response.end(
          JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ value: [1, '1'] }] } }),
        );
      };
      const effects = runner();
      effects.want([query()]);
      await until(effects);
      expect([effects.verdict(query())?.ok, at]).toEqual([true, 60_000]);
    });

    it.each<[string, (string | null)[], number, boolean, number]>([
      ['pass with as many good answers as they need', ['1'], 0, true, 40_000],
      ['fail with the first bad one', ['1', '9'], 0, false, 20_000],
      ['pass with as many bad ones as they tolerate', ['9', '1'], 1, true, 40_000],
      ['fail with one more', ['9', '1', '9'], 1, false, 40_000],
      ['count no missing answer', [null, '1', null, '1', '1'], 0, true, 80_000],
    ])('of an analysis %s', async (_, values, failures, ok, ms) => {
      says(...values);
      const { url, query: text, condition } = query();
      const asked = {
        id,
        kind: 'analysis',
        url,
        query: text,
        condition,
        everyMs: 20_000,
        samples: 3,
        failures,
      } as const;
      const effects = runner();
      effects.want([asked]);
      await until(effects);
      expect([effects.verdict(asked)?.ok, at]).toEqual([ok, ms]);
    });

    it('never end where the server is away: that proves nothing', async () => {
      receiver.answer = (_, response) => void response.destroy();
      const effects = runner();
      effects.want([query()]);
      await until(effects, 20);
      expect(effects.verdict(query())).toBeUndefined();
      expect(effects.waits(query())).toContain('cannot reach the server');
    });
  });
});
