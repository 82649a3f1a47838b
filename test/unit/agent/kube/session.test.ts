import { describe, expect, it } from 'vitest';
import { openSession } from '../../../../agent/kube/session.ts';
import type { Impersonation, Session } from '../../../../agent/kube/session.ts';
import type { Transport, WireAnswer, WireRequest } from '../../../../agent/kube/transport.ts';
import { instantClock } from './clock.ts';
import type { InstantClock } from './clock.ts';

const { signal } = new AbortController();

const answer = (status: number, headers: Record<string, string> = {}, body: unknown = {}): WireAnswer => ({
  status,
  headers,
  body: Buffer.from(JSON.stringify(body)),
});

interface Stage {
  readonly session: Session;
  readonly clock: InstantClock;
  readonly sent: readonly WireRequest[];
  readonly renewals: () => number;
}

/** A session over a transport that gives the answers one after the other, the last one for ever. */
function stage(answers: readonly WireAnswer[], impersonate?: Impersonation): Stage {
  const left = [...answers];
  const sent: WireRequest[] = [];
  let renewed = 0;
  const clock = instantClock();
  const transport: Transport = {
    send: async (request) => {
      await Promise.resolve();
      sent.push(request);
      return left.length > 1 ? left.shift()! : left[0]!;
    },
    open: () => Promise.reject(new Error('not used')),
    close: () => undefined,
  };
  const access = {
    server: 'https://x',
    namespace: 'default',
    credentials: () => Promise.resolve({ headers: {}, tls: {} }),
    renew: () => {
      renewed += 1;
    },
  };
  const more = impersonate === undefined ? {} : { impersonate };
  const session = openSession({
    access,
    transport,
    clock,
    random: () => 0,
    retryBudgetMs: 10_000,
    userAgent: 'test',
    ...more,
  });
  return { session, clock, sent, renewals: () => renewed };
}

describe('a session', () => {
  it('renews its credentials once when they are refused, and then succeeds', async () => {
    const { session, renewals } = stage([answer(401), answer(200, {}, { a: 1 })]);
    expect(await session.json({ path: '/x', signal })).toEqual({ a: 1 });
    expect(renewals()).toBe(1);
  });

  it('gives up when the new credentials are refused as well', async () => {
    const { session, sent } = stage([answer(401)]);
    await expect(session.json({ path: '/x', signal })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(sent).toHaveLength(2);
  });

  it.each([429, 503])('waits as long as a %i asks, and sends the same again', async (status) => {
    const { session, clock, sent } = stage([answer(status, { 'retry-after': '3' }), answer(200)]);
    await session.json({ method: 'PATCH', path: '/x', body: 'b', signal });
    expect(clock.slept).toEqual([3_000]);
    expect(sent.map(({ body }) => body)).toEqual(['b', 'b']);
    expect(session.counters()).toEqual({ requests: 2, writes: 2 });
  });

  it('waits no longer than its budget in all', async () => {
    const { session, clock } = stage([answer(429, { 'retry-after': '4' })]);
    await expect(session.json({ path: '/x', signal })).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(clock.slept).toEqual([4_000, 4_000]);
  });

  it('never spins on a server that asks for no wait at all', async () => {
    const { session, clock } = stage([answer(429, { 'retry-after': '0' })]);
    await expect(session.json({ path: '/x', signal })).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(clock.slept).toHaveLength(100);
    expect(Math.min(...clock.slept)).toBe(100);
  });

  it.each([
    [429, 'TOO_MANY_REQUESTS'],
    [503, 'UNAVAILABLE'],
  ])('leaves a %i without Retry-After to its caller', async (status, code) => {
    const { session, sent } = stage([answer(status)]);
    await expect(session.json({ path: '/x', signal })).rejects.toMatchObject({ code });
    expect(sent).toHaveLength(1);
  });

  it('sends every impersonated group as a header of its own', async () => {
    const { session, sent } = stage([answer(200)], { user: 'web', groups: ['a', 'b'] });
    await session.json({ path: '/x', signal });
    expect(sent[0]?.headers).toMatchObject({ 'impersonate-user': 'web', 'impersonate-group': ['a', 'b'] });
  });

  it('calls an answer that is not JSON UNAVAILABLE: a proxy spoke, not the API server', async () => {
    const { session } = stage([{ status: 200, headers: {}, body: Buffer.from('<html>') }]);
    await expect(session.json({ path: '/x?token=y', signal })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      data: { subject: 'GET /x' },
    });
  });
});
