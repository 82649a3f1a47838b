import { channel } from '../../../fixtures/hub/facts.ts';
import { afterEach, describe, expect, it } from 'vitest';
import type { HubServer } from '../../../../hub/server/server.ts';
import { credentialText } from '../../../../shared/wire/credential.ts';
import { newSeed, signerOf } from '../../../../shared/wire/envelope.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { adminToken, listen, memoryHub, type MemoryHub } from '../../../fakes/hub.ts';
import { encodeMessage } from '../../../../shared/wire/report-message.ts';
import { enrolledCluster, now, published, reportOf, stateOf } from '../../../fixtures/hub/status.ts';

const agent = signerOf(newSeed());
const record = enrolledCluster('prod', { agentKey: agent.publicKey, reads: { revision: 2 } });
const expires = new Date(now + 60_000).toISOString();
const credential = credentialText({ channel, registration: record.registration, expires }, agent);
const ofAgent = { authorization: `Basic ${Buffer.from(`${record.registration}:${credential}`).toString('base64')}` };
let server: HubServer | null = null;

afterEach(async () => {
  await server?.close();
});

/** A hub that published a bundle of format 2 to `prod`, whose agent read that. */
async function open(): Promise<{ readonly hub: MemoryHub; readonly url: string }> {
  const bundle = published('prod', []);
  const hub = await memoryHub(stateOf([record], [{ ...bundle, revision: { ...bundle.revision, format: 2 } }]), now);
  server = await listen(hub);
  return { hub, url: server.url };
}

describe('the header Sluice-Reads', () => {
  it.each([
    ['an object', '/v1/feed/prod/objects/none', 'GET'],
    ['the stream', '/v1/events/prod', 'GET'],
    ['the refs of the Git endpoint', '/channel.git/info/refs?service=git-upload-pack', 'GET'],
    ['the objects of the Git endpoint', '/channel.git/git-upload-pack', 'POST'],
  ])(
    'of an agent that asks for %s is noted, and a lower number than the published format starts a pass',
    async (_, path, method) => {
      const { hub, url } = await open();
      const headers = { ...ofAgent, 'sluice-reads': 'revision=1' };
      const response = await fetch(url + path, { method, headers });
      await response.body?.cancel();
      expect(hub.passes).toEqual(['report']);
    },
  );

  it.each([
    ['without a credential', {}],
    ['with that of the administrator', { authorization: `Bearer ${adminToken}` }],
  ])('is passed over %s', async (_, headers) => {
    const { hub, url } = await open();
    const response = await fetch(`${url}/v1/feed/prod/objects/none`, {
      headers: { ...headers, 'sluice-reads': 'revision=1' },
    });
    await response.body?.cancel();
    expect([...hub.parts.reads.current()]).toEqual([]);
    expect(hub.passes).toEqual([]);
  });

  it.each([
    [
      'an agent of which it has no report',
      '/channel.git/info/refs?service=git-upload-pack',
      ofAgent,
      `report=${formats.report.newest} whole`,
    ],
    ['an enrolment', '/v1/enrol', {}, `report=${formats.report.newest}`],
    ['a report', '/v1/reports', {}, `report=${formats.report.newest}`],
    ['the administrator', '/v1/clusters', { authorization: `Bearer ${adminToken}` }, null],
    ['anybody', '/healthz', {}, null],
  ])('is in the answer to %s: %s', async (_, path, headers, expected) => {
    const { url } = await open();
    const method = path.startsWith('/v1/enrol') || path.startsWith('/v1/reports') ? 'POST' : 'GET';
    const response = await fetch(url + path, { method, headers });
    await response.body?.cancel();
    expect(response.headers.get('sluice-reads')).toBe(expected);
  });

  it('wants no report of an agent once it has one', async () => {
    const { hub, url } = await open();
    const said = async () => {
      const response = await fetch(`${url}/v1/feed/prod`, { headers: ofAgent });
      await response.body?.cancel();
      return response.headers.get('sluice-reads');
    };
    const before = await said();
    const report = { ...reportOf(published('prod', []), []), format: 2 };
    const body = new Uint8Array(encodeMessage({ kind: 'whole', report }, agent));
    expect((await fetch(`${url}/v1/reports`, { method: 'POST', body })).status).toBe(200);
    expect([before, await said()]).toEqual(['report=2 whole', 'report=2']);
    expect(hub.parts.reports.lacks(record.registration)).toBe(false);
  });
});
