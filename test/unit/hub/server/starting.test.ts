import { afterEach, describe, expect, it } from 'vitest';
import { isStarting } from '../../../../hub/model/starting.ts';
import type { HubServer } from '../../../../hub/server/server.ts';
import { credentialText } from '../../../../shared/wire/credential.ts';
import { newSeed, signerOf } from '../../../../shared/wire/envelope.ts';
import { adminToken, listen, memoryHub } from '../../../fakes/hub.ts';
import { channel } from '../../../fixtures/hub/facts.ts';
import { enrolledCluster, now, stateOf } from '../../../fixtures/hub/status.ts';

const agent = signerOf(newSeed());
const record = enrolledCluster('prod', { agentKey: agent.publicKey });
const expires = new Date(now + 60_000).toISOString();
const credential = credentialText({ channel, registration: record.registration, expires }, agent);
const ofAgent = { authorization: `Basic ${Buffer.from(`${record.registration}:${credential}`).toString('base64')}` };
let server: HubServer | null = null;

afterEach(async () => {
  await server?.close();
  server = null;
});

/** A hub that listens, and has no state before it begins. */
async function startingHub() {
  const hub = await memoryHub(stateOf([record]), now);
  let begins = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    begins = resolve;
  });
  let isReady = false;
  const state = () => {
    if (!isReady) throw isStarting();
    return hub.state();
  };
  const parts = { ...hub.parts, isReady: () => isReady, begun, state, shown: state };
  server = await listen({ ...hub, parts });
  const begin = () => {
    isReady = true;
    begins();
  };
  return { url: server.url, begin, streams: server.streams };
}

describe('a hub that is starting', () => {
  it.each([
    ['a report', '/v1/reports', 'POST', {}],
    ['a poll', '/v1/feed/prod', 'GET', ofAgent],
    ['the status', '/v1/status', 'GET', { authorization: `Bearer ${adminToken}` }],
    ['the channel', '/channel.git/info/refs?service=git-upload-pack', 'GET', ofAgent],
  ])('refuses %s, and takes it once it has begun', async (_, path, method, headers) => {
    const { url, begin } = await startingHub();
    const ask = () => fetch(url + path, { method, headers });
    const early = await ask();
    expect([early.status, await early.json()]).toEqual([
      503,
      { code: 'UNAVAILABLE', message: 'the hub is starting', hint: 'try again in a moment' },
    ]);
    begin();
    expect((await ask()).status).not.toBe(503);
  });

  it('does not send all who ask back to the same second', async () => {
    const { url } = await startingHub();
    const waits = new Set<number>();
    for (let asked = 0; asked < 8; asked += 1) {
      const answer = await fetch(`${url}/v1/reports`, { method: 'POST' });
      waits.add(Number(answer.headers.get('retry-after')));
    }
    expect(waits.size).toBeGreaterThan(2);
    expect(Math.min(...waits)).toBeGreaterThan(0);
  });

  it('opens the stream of an agent that asked before it had begun, and none of one that has gone', async () => {
    const { url, begin, streams } = await startingHub();
    const path = `${url}/v1/events/prod`;
    const leaves = new AbortController();
    const left = fetch(path, { headers: ofAgent, signal: leaves.signal });
    const stays = fetch(path, { headers: ofAgent });
    await expect(Promise.race([stays, fetch(`${url}/healthz`).then(({ status }) => status)])).resolves.toBe(200);
    leaves.abort();
    await expect(left).rejects.toThrow();
    await fetch(`${url}/healthz`);
    begin();
    const { status, body } = await stays;
    const first = await body?.getReader().read();
    expect([status, Buffer.from((first?.value as Uint8Array | undefined) ?? []).toString()]).toEqual([
      200,
      'data: poll\n\n',
    ]);
    await expect.poll(() => streams.count()).toBe(1);
  });

  it('proves who waited for a stream', async () => {
    const { url, begin } = await startingHub();
    const stranger = fetch(`${url}/v1/events/prod`);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    begin();
    expect((await stranger).status).toBe(401);
  });
});
