import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { feedPaths } from '../../../shared/wire/feed.ts';
import { newSeed, signerOf } from '../../../shared/wire/envelope.ts';
import { joinAgent, type SpokenAgent } from './agent.ts';
import { startHubWorld, type HubWorld } from './world.ts';

const application = (name: string, image: string) => `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: ${name}
spec:
  components:
    - name: ${name}
      type: webservice
      properties: { image: '${image}' }
`;

let world: HubWorld;
let local: SpokenAgent;
let other: SpokenAgent;

beforeAll(async () => {
  world = await startHubWorld({
    'web.yaml': application('web', 'nginx:1'),
    'shop.yaml': application('shop', 'shop:1'),
  });
  local = await joinAgent(world, 'local');
  other = await joinAgent(world, 'other');
});
afterAll(() => world.close());

const url = (path: string) => world.hub().url + path;
const admin = async () => ({ authorization: `Bearer ${await world.adminToken()}` });

describe('who may do what', () => {
  it.each([
    ['GET', '/v1/status'],
    ['GET', '/v1/clusters'],
    ['POST', '/v1/clusters'],
    ['POST', '/v1/approvals'],
    ['GET', feedPaths.bundle('local')],
    ['GET', feedPaths.events('local')],
    ['GET', `${feedPaths.git}/info/refs?service=git-upload-pack`],
    ['POST', `${feedPaths.git}/git-upload-pack`],
    ['POST', '/v1/webhook'],
    ['POST', feedPaths.reports],
  ])('%s %s needs a credential', async (method, path) => {
    const body = path === feedPaths.reports ? { body: '{"payload":"{}","signatures":"{}"}' } : {};
    const response = await fetch(url(path), { method, ...body });
    expect([response.status, response.headers.get('www-authenticate') !== null]).toEqual(
      path === feedPaths.reports ? [400, false] : [401, true],
    );
  });

  it.each(['/healthz', '/readyz'])('%s is open', async (path) => {
    expect((await fetch(url(path))).status).toBe(200);
  });

  it('takes the admin token as a bearer, and nothing that is not it', async () => {
    const token = await world.adminToken();
    const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const status = async (authorization: string) =>
      (await fetch(url('/v1/clusters'), { headers: { authorization } })).status;
    expect(await status(`Bearer ${token}`)).toBe(200);
    expect(await status(basic('admin', token))).toBe(401);
    expect(await status(basic('admin', ''))).toBe(401);
    expect(await status(basic('admin', `${token}x`))).toBe(401);
    expect(await status('Bearer')).toBe(401);
  });

  it('lets an agent read its own part of the channel, and nothing of the administrator', async () => {
    expect((await local.get(feedPaths.bundle('local'))).status).toBe(200);
    expect((await local.get(feedPaths.bundle('other'))).status).toBe(404);
    expect((await local.get(feedPaths.events('other'))).status).toBe(404);
    expect((await local.get('/v1/status')).status).toBe(403);
  });

  it.each([
    ['another key', () => local.authorization(signerOf(newSeed()))],
    ['an expired credential', () => local.authorization(undefined, -1)],
    ['a credential for a day', () => local.authorization(undefined, 24 * 60)],
  ])('refuses %s', async (_, authorization) => {
    expect((await local.get(feedPaths.bundle('local'), { authorization: authorization() })).status).toBe(401);
  });
});

describe('the webhook', () => {
  const post = (headers: Record<string, string>, body = '{}') =>
    fetch(url('/v1/webhook'), { method: 'POST', headers, body });

  it('takes the signature of GitHub and the token of GitLab', async () => {
    const secret = await world.webhookSecret();
    const signature = `sha256=${createHmac('sha256', secret).update('{"a":1}').digest('hex')}`;
    expect((await post({ 'x-hub-signature-256': signature }, '{"a":1}')).status).toBe(202);
    expect((await post({ 'x-hub-signature-256': signature }, '{"a":2}')).status).toBe(401);
    expect((await post({ 'x-gitlab-token': secret })).status).toBe(202);
    expect((await post({ 'x-gitlab-token': `${secret}x` })).status).toBe(401);
  });

  it('reads a body of 1 MiB and no more', async () => {
    const headers = { 'x-gitlab-token': await world.webhookSecret() };
    expect((await post(headers, 'x'.repeat(1024 * 1024))).status).toBe(202);
    expect((await post(headers, 'x'.repeat(1024 * 1024 + 1))).status).toBe(413);
  });

  it('brings a change to the feed without any timer', async () => {
    const before = await local.pull();
    await world.change({ 'web.yaml': application('web', 'nginx:2') });
    const after = await local.pull(before.digest);
    expect(after.revision.generation).toBe(before.revision.generation + 1);
    expect(Object.values(after.answer.objects).join('')).toContain('nginx:2');
  });
});

describe('the feed', () => {
  it('answers a known validator with 304 in at most 400 bytes', async () => {
    const etag = (await local.get(feedPaths.bundle('local'))).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{20}-\d+-[0-9a-f]{10}"$/);
    const { hostname, port } = new URL(world.hub().url);
    const raw = await exchange(Number(port), hostname, [
      `GET ${feedPaths.bundle('local')} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      `Authorization: ${local.authorization()}`,
      `If-None-Match: ${etag}`,
      'Connection: close',
    ]);
    expect(raw).toMatch(/^HTTP\/1\.1 304 /);
    expect(Buffer.byteLength(raw)).toBeLessThanOrEqual(400);
  });

  it('leaves out the objects of the bundle that the agent has', async () => {
    const first = await local.pull();
    await world.change({ 'shop.yaml': application('shop', 'shop:2') });
    const all = await local.pull();
    const rest = await local.pull(first.digest);
    const names = (objects: object) => Object.keys(objects).length;
    expect(names(rest.answer.objects)).toBe(1);
    expect(names(all.answer.objects)).toBeGreaterThan(1);
    expect(names((await local.pull(all.digest)).answer.objects)).toBe(0);
  });

  it('takes the ETag of an earlier answer for the bundle that came with it', async () => {
    const etag = (await local.get(feedPaths.bundle('local'))).headers.get('etag') ?? '';
    await world.change({ 'shop.yaml': application('shop', 'shop:3') });
    const objectsFor = async (headers: Record<string, string>) => {
      const response = await local.get(feedPaths.bundle('local'), headers);
      return Object.values(((await response.json()) as { objects: object }).objects).join('');
    };
    const rest = await objectsFor({ 'if-none-match': etag });
    expect(rest).toContain('shop:3');
    expect(rest.length).toBeLessThan((await objectsFor({})).length);
    expect((await objectsFor({ 'if-none-match': `"${'0'.repeat(20)}-${'0'.repeat(12)}"` })).length).toBeGreaterThan(
      rest.length,
    );
  });

  it('answers single objects of the current bundle and no others', async () => {
    const { answer } = await local.pull();
    const [digest = '', text = ''] = Object.entries(answer.objects)[0] ?? [];
    const found = await local.get(feedPaths.object('local', digest));
    expect(await found.text()).toBe(text);
    expect((await local.get(feedPaths.object('local', `sha256:${'0'.repeat(64)}`))).status).toBe(404);
    expect((await local.get(feedPaths.object('local', 'x'))).status).toBe(404);
  });

  it('carries the root documents and a fresh bundle', async () => {
    const { answer, revision } = await local.pull();
    expect(answer.roots).toHaveLength(1);
    expect(Date.parse(revision.freshUntil)).toBeGreaterThan(Date.now() + 71 * 3_600_000);
  });
});

describe('enrolment', () => {
  it('takes the token once, the same key again, and no other', async () => {
    const agent = await joinAgent(world, 'enrolling');
    expect((await agent.enrol(undefined, signerOf(newSeed()))).status).toBe(401);
    expect((await agent.enrol()).status).toBe(200);
    expect((await agent.enrol()).status).toBe(200);
    expect((await agent.enrol(signerOf(newSeed()).publicKey)).status).toBe(401);
    expect((await agent.get(feedPaths.bundle('enrolling'))).status).toBe(200);
    const byToken = agent.authorization(signerOf(agent.ticket.token));
    expect((await agent.get(feedPaths.bundle('enrolling'), { authorization: byToken })).status).toBe(401);
  });

  it('refuses a second join of a cluster that has an agent, unless it is replaced', async () => {
    await expect(world.client().join({ name: 'enrolling' })).rejects.toMatchObject({ code: 'EXISTS' });
    const replaced = await joinAgent(world, 'enrolling', { replace: true });
    const { revision } = await replaced.pull();
    expect(revision.registration).toBe(replaced.ticket.registration);
    expect(revision.generation).toBeGreaterThanOrEqual(replaced.ticket.minimumGeneration);
  });
});

describe('reports and status', () => {
  it('shows what the agent says, and only higher sequences', async () => {
    await local.enrol();
    expect(await (await local.settle(7)).json()).toEqual({ sequence: 7, wantEnvelope: false });
    const healthy = await world.client().status({ app: 'web' });
    expect(healthy.view.applications[0]).toMatchObject({ health: 'Healthy', applied: true, cluster: 'local' });
    expect(await (await local.settle(6, { apps: [] })).json()).toEqual({ sequence: 7, wantEnvelope: false });
    expect((await world.client().status({ app: 'web' })).view.applications[0]?.health).toBe('Healthy');
  });

  it('refuses reports of another key, for another cluster, and above 256 KiB', async () => {
    expect((await local.report({ sequence: 100 }, signerOf(newSeed()))).status).toBe(401);
    expect((await local.report({ sequence: 100, cluster: 'other' })).status).toBe(401);
    const long = Array.from({ length: 300 }, (_, n) => `/ConfigMap/default/${'x'.repeat(900)}${n}`);
    const large = await local.report({ sequence: 100, retired: { settled: long, survivors: [], unexplained: [] } });
    expect(large.status).toBe(413);
  });

  it('answers a watcher when something changes', async () => {
    const { version } = await world.client().status({});
    const waiting = world.client().status({ known: version });
    await local.settle(20);
    expect(Number((await waiting).version)).toBeGreaterThan(Number(version));
  });

  it('asks for the envelope of an agent that is ahead of the ledger', async () => {
    await other.enrol();
    const accepted = { epoch: 1, generation: 999, revisionDigest: `sha256:${'0'.repeat(64)}` } as const;
    expect(await (await other.report({ sequence: 1, accepted })).json()).toEqual({ sequence: 1, wantEnvelope: true });
  });

  it('knows the last reports after a restart, and publishes nothing new', async () => {
    const before = await local.pull();
    await world.restart();
    const { view } = await world.client().status({ app: 'web', cluster: 'local' });
    expect(view.applications[0]).toMatchObject({ health: 'Healthy', applied: true });
    expect((await local.pull()).digest).toBe(before.digest);
  });
});

describe('guarded changes', () => {
  it('keeps what vanished from a folder until somebody approves', async () => {
    const before = await local.pull();
    await world.change({ 'shop.yaml': null });
    expect((await local.pull()).revision.apps.map(({ name }) => name)).toEqual(['shop', 'web']);
    const { view } = await world.client().status({});
    expect(view.guarded).toHaveLength(1);
    await world.client().approve({ change: view.guarded[0]!.change });
    await world.hub().idle();
    const after = await local.pull();
    expect(after.revision.apps.map(({ name }) => name)).toEqual(['web']);
    expect(after.revision.generation).toBeGreaterThan(before.revision.generation);
    expect((await world.client().status({})).view.guarded).toEqual([]);
  });

  it('says when nothing waits under a digest', async () => {
    await expect(world.client().approve({ change: 'f'.repeat(64) })).rejects.toMatchObject({
      code: 'CHANGE_NOT_FOUND',
    });
  });
});

describe('wake-up streams', () => {
  it('say poll at once and on every new bundle, and end with a revocation', async () => {
    const agent = await joinAgent(world, 'leaving', { labels: { site: 'x' } });
    await agent.enrol();
    const response = await agent.get(feedPaths.events('leaving'));
    const read = linesOf(response);
    expect(await read()).toBe('data: poll');
    await world.client().labels('leaving', { labels: { site: 'y' } });
    expect(await read()).toBe('data: poll');
    await world.client().revoke('leaving', {});
    expect(await read()).toBeNull();
    expect((await agent.get(feedPaths.bundle('leaving'))).status).toBe(410);
    expect((await agent.report({ sequence: 3 })).status).toBe(410);
  });
});

describe('the channel over Git', () => {
  const run = promisify(execFile);
  const clone = async (target: string, [user, password]: readonly [string, string], ...how: string[]) => {
    const remote = `${world.hub().url.replace('//', `//${user}:${encodeURIComponent(password)}@`)}${feedPaths.git}`;
    const dir = join(world.folder, target);
    await run('git', [...how, remote, dir]);
    await run('git', ['-C', dir, 'fsck', '--strict']);
    const { stdout } = await run('git', ['-C', dir, 'for-each-ref', '--format=%(refname)']);
    return stdout.trim().split('\n');
  };

  const mirror = (protocol: 0 | 2) => ['-c', `protocol.version=${protocol}`, 'clone', '--quiet', '--mirror'];

  it.each([0, 2] as const)('is cloned whole by the administrator with protocol v%s', async (protocol) => {
    const refs = await clone(`admin-${protocol}`, ['admin', await world.adminToken()], ...mirror(protocol));
    expect(refs).toEqual(
      expect.arrayContaining(['refs/heads/main', 'refs/heads/clusters/local', 'refs/heads/clusters/other']),
    );
  });

  it.each([0, 2] as const)('shows an agent its own refs as they are now with protocol v%s', async (protocol) => {
    const [user = '', ...password] = Buffer.from(local.authorization().slice(6), 'base64').toString().split(':');
    const refs = await clone(
      `agent-${protocol}`,
      [user, password.join(':')],
      ...mirror(protocol),
      '--depth',
      '1',
      '--no-single-branch',
    );
    expect(refs.filter((ref) => !ref.startsWith('refs/heads/fresh/'))).toEqual([
      'refs/heads/clusters/local',
      'refs/heads/main',
    ]);
  });
});

it('never logs a secret', async () => {
  const { authorization } = await admin();
  expect(world.logged()).not.toContain(authorization.slice('Bearer '.length));
  expect(world.logged()).not.toContain(local.ticket.token);
});

function exchange(port: number, host: string, lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, host, () => socket.write([...lines, '', ''].join('\r\n')));
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}

/** Reads the lines of a stream that are not empty or comments, one a call; null at its end. */
function linesOf(response: Response): () => Promise<string | null> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return async () => {
    for (;;) {
      const [line, ...rest] = text.split('\n');
      if (rest.length > 0) {
        text = rest.join('\n');
        if (line !== '' && line?.startsWith(':') === false) return line;
        continue;
      }
      const { done, value } = await reader.read();
      if (done) return null;
      text += value;
    }
  };
}
