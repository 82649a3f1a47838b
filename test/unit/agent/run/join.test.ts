import { describe, expect, it } from 'vitest';
import { assertOurs } from '../../../../agent/run/claim.ts';
import { openSpeaker } from '../../../../agent/run/join.ts';
import { loadKey, markEnrolled, peekKey } from '../../../../agent/identity/keys.ts';
import { cronFields } from '../../../../shared/adapters/schedule.ts';
import { newSeed, signerOf } from '../../../../shared/wire/envelope.ts';
import type { Http, HttpRequest } from '../../../../shared/ports/http.ts';
import { fakeChannel, handAgent, manualClock, settle, silentLog, testDeps } from '../../../fakes/agent.ts';
import { fakeKube, type FakeKube } from '../../../fakes/kube.ts';
import { plainApp, configMap, testBundle } from '../../../fixtures/agent/apps.ts';
import { identity, noon } from '../../../fixtures/agent/bundle.ts';

const { signal } = new AbortController();
const namespace = 'sluice-system';
const other = { ...identity, registration: '99999999-9999-4999-8999-999999999999', hub: 'https://other.example' };
const secretId = '/Secret/sluice-system/sluice-agent-key';
const stateId = '/ConfigMap/sluice-system/sluice-state';
const usedToken = newSeed();

const ticketOf = (token: string, who = identity, expires = noon + 60_000) => ({
  ...{ ...who, hub: 'https://hub.example' },
  ...{ format: 1 as const, token, expires: new Date(expires).toISOString() },
});

/** An agent that joins with this line, at a hub that gives these answers to enrolments (200 afterwards). */
async function joining(kube: FakeKube, token: string | null, statuses: readonly number[] = [], expires?: number) {
  const place = { kube, namespace };
  const requests: HttpRequest[] = [];
  const request = (one: HttpRequest) => {
    requests.push(one);
    const status = statuses[requests.length - 1] ?? 200;
    const code = status === 401 ? 'UNAUTHENTICATED' : 'UNAVAILABLE';
    return Promise.resolve({ status, headers: {}, body: Buffer.from(JSON.stringify({ code, message: 'no' })) });
  };
  const clock = { ...manualClock(), sleep: () => Promise.resolve() };
  const speaker = openSpeaker({
    ...{ place, http: { request } as unknown as Http, hub: 'https://hub.example', identity },
    ...{ ticket: token === null ? null : ticketOf(token, identity, expires), clock, random: () => 0.5 },
    ...{ log: silentLog, cron: cronFields },
  });
  await speaker.join(signal);
  const first = speaker.signer().keyid;
  for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setImmediate(resolve));
  return { first, now: speaker.signer().keyid, requests, stored: await peekKey(place, signal) };
}

/** A cluster whose agent enrolled once. */
async function enrolled(who = identity): Promise<{ readonly kube: FakeKube; readonly seed: string }> {
  const kube = fakeKube();
  const place = { kube, namespace };
  const { seed } = await loadKey(place, who, signal);
  await markEnrolled(place, { seed, token: signerOf(usedToken).keyid, identity: who }, signal);
  return { kube, seed };
}

describe('an agent with a join line', () => {
  it('speaks with the token until the hub took its key, and then with the key', async () => {
    const token = newSeed();
    const { first, now, stored } = await joining(fakeKube(), token, [503, 401]);
    expect(first).toBe(signerOf(token).keyid);
    expect(stored).toMatchObject({ enrolled: true, token: first });
    expect(now).toBe(signerOf(stored!.seed).keyid);
  });

  it('asks nothing with the line that it used already, or with none', async () => {
    for (const token of [usedToken, null]) {
      const { kube, seed } = await enrolled();
      const { now, requests } = await joining(kube, token);
      expect([now, requests.length]).toEqual([signerOf(seed).keyid, 0]);
    }
  });

  it('enrols a new key with a new line, and keeps the old one until the hub took it', async () => {
    const { kube, seed } = await enrolled();
    const { first, now, stored } = await joining(kube, newSeed(), [503]);
    expect(first).toBe(signerOf(seed).keyid);
    expect(now).not.toBe(first);
    expect(now).toBe(signerOf(stored!.seed).keyid);
    expect(Object.keys(kube.read(secretId)!['data'] as object)).not.toContain('nextSeed');
  });

  it('goes on with the key at hand when the hub refuses the line', async () => {
    const { kube, seed } = await enrolled();
    const { now, requests, stored } = await joining(kube, newSeed(), [401]);
    expect([now, requests.length, stored?.seed]).toEqual([signerOf(seed).keyid, 1, seed]);
  });

  it('tries the same second key again after a restart', async () => {
    const { kube } = await enrolled();
    const token = newSeed();
    const keyOf = (one: HttpRequest | undefined) =>
      /"publicKey":"?[^"]+/.exec(
        Buffer.from(one?.body ?? '')
          .toString()
          .replaceAll('\\', ''),
      )?.[0];
    const [first, second] = [await joining(kube, token, [401]), await joining(kube, token)];
    expect(keyOf(first.requests[0])).toBeDefined();
    expect(keyOf(second.requests[0])).toBe(keyOf(first.requests[0]));
  });

  it('makes a new key in place of one that cannot be read', async () => {
    const { kube } = await enrolled();
    for (const seed of ['', Buffer.from('not a seed').toString('base64')]) {
      kube.edit(secretId, (object) => ((object['data'] as Record<string, string>)['seed'] = seed));
      expect((await joining(kube, newSeed())).stored).toMatchObject({ enrolled: true });
    }
  });
});

describe('a cluster that belongs to another registration', () => {
  const claim = (kube: FakeKube) => assertOurs({ kube, namespace }, identity, cronFields, signal);
  const site = (kube: FakeKube, takeOverFrom: string) =>
    kube.put_({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'sluice-site', namespace },
      data: { takeOverFrom },
    });

  /** A cluster that another agent worked in. */
  async function occupied(decommission?: 'orphan') {
    const { kube } = await enrolled(other);
    const [channel, clock] = [fakeChannel(), manualClock()];
    channel.publish(testBundle({ generation: 1, apps: [plainApp('one', [configMap('a')])] }));
    const agent = handAgent({ ...testDeps(kube, channel, clock), identity: other });
    await settle(agent, kube, { clock });
    if (decommission !== undefined) {
      const bundle = testBundle({ generation: 2, apps: [] });
      channel.publish({ ...bundle, revision: { ...bundle.revision, decommission } });
      await settle(agent, kube, { clock });
    }
    return { kube, channel, clock };
  }

  it('is refused to a join file of ours, by name, and its key stays', async () => {
    const { kube } = await occupied();
    const before = kube.read(secretId);
    await expect(joining(kube, newSeed())).rejects.toMatchObject({
      code: 'WRONG_ADDRESSEE',
      message: `this cluster belongs to registration ${other.registration} of hub https://other.example`,
    });
    expect(kube.read(secretId)).toEqual(before);
  });

  it.each<[what: string, prepare: (kube: FakeKube) => void]>([
    ['its key alone is there', (kube) => kube.remove(stateId)],
    ['its state alone is there', (kube) => kube.remove(secretId)],
    ['its state cannot be read', (kube) => kube.edit(stateId, (object) => (object['data'] = {}))],
    ['the site gives up another one', (kube) => site(kube, identity.channel)],
  ])('is refused while %s', async (_, prepare) => {
    const { kube } = await occupied();
    prepare(kube);
    await expect(claim(kube)).rejects.toMatchObject({ code: 'WRONG_ADDRESSEE' });
  });

  it('is free once that registration left, or the site gives it up', async () => {
    const { kube: left } = await occupied('orphan');
    await claim(left);
    const { kube, channel, clock } = await occupied();
    site(kube, other.registration);
    expect((await joining(kube, newSeed())).stored).toMatchObject({ registration: identity.registration });
    const agent = handAgent(testDeps(kube, channel, clock));
    (agent.memory.site as { current: object }).current = {
      labels: {},
      hold: null,
      window: null,
      takeOverFrom: [other.registration],
    };
    expect((await settle(agent, kube, { clock })).isSettled).toBe(true);
    expect(kube.read('/ConfigMap/default/a')?.metadata.annotations?.['sluice.dev/registration']).toBe(
      identity.registration,
    );
  });

  it('is free while its key never enrolled and never had a bundle', async () => {
    const kube = fakeKube();
    await loadKey({ kube, namespace }, other, signal);
    await claim(kube);
  });
});
