import { describe, expect, it } from 'vitest';
import { enrolUntilDone } from '../../../../agent/identity/enrol.ts';
import type { Http, HttpRequest } from '../../../../shared/ports/http.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { countSigners, parseSignatures, payloadTypes } from '../../../../shared/wire/envelope.ts';
import { silentLog } from '../../../fakes/agent.ts';
import { fixedSigner, identity } from '../../../fixtures/agent/bundle.ts';

const [token, own] = [fixedSigner('t'), fixedSigner('o')];

/** Enrols with a hub that answers with these statuses, one after the other, without waiting between them. */
async function enrolled(...statuses: readonly number[]) {
  const requests: HttpRequest[] = [];
  const request = (one: HttpRequest) => {
    requests.push(one);
    const status = statuses[requests.length - 1] ?? 200;
    return Promise.resolve({ status, headers: {}, body: new Uint8Array() });
  };
  const clock = { ...systemClock, sleep: () => Promise.resolve() };
  const deps = { http: { request } as unknown as Http, hub: 'https://hub.example.com', identity, token };
  let done = 0;
  const stop = new AbortController();
  const ports = { ...deps, publicKey: own.publicKey, clock, random: () => 0.5, log: silentLog };
  await enrolUntilDone(ports, stop.signal, () => Promise.resolve(void (done += 1)));
  return { requests, done };
}

describe('enrolment', () => {
  it('makes the key of the agent known, signed by the join token', async () => {
    const { requests, done } = await enrolled(200);
    expect(done).toBe(1);
    const body = JSON.parse(Buffer.from(requests[0]?.body ?? '').toString()) as { payload: string; signatures: string };
    expect(JSON.parse(body.payload)).toMatchObject({ registration: identity.registration, publicKey: own.publicKey });
    const signatures = parseSignatures(Buffer.from(body.signatures));
    const payload = Buffer.from(body.payload);
    expect(countSigners(payloadTypes.enrolment, payload, signatures, [token.publicKey])).toBe(1);
  });

  it('goes on until the hub takes it, and is done once', async () => {
    const { requests, done } = await enrolled(503, 401, 200);
    expect([requests.length, done]).toEqual([3, 1]);
  });
});
