import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hubClient, type HubClient } from '../../../hub/api/client.ts';
import { readAccess } from '../../../hub/config/data-folder.ts';
import { createHttp, type HttpClient } from '../../../shared/adapters/http/client.ts';
import { newSeed, signerOf } from '../../../shared/wire/envelope.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { commitFiles } from '../../fakes/git.ts';
import { startGitServer, type GitServer } from '../../fakes/git-server.ts';
import { rawApp, webApp } from '../scenarios/documents.ts';
import { joinAgent, type SpokenAgent } from './agent.ts';

const main = new URL('../../../hub/main.ts', import.meta.url).pathname;
const run = promisify(execFile);

/** Secrets that are given to the hub: each a text that is nowhere else. */
const given = {
  source: 'canary-source-token-1f6b',
  channel: 'canary-channel-password-2a7c',
  ledger: 'canary-ledger-password-3b8d',
  webhook: 'canary-webhook-secret-4c9e',
  proxy: 'canary-proxy-password-5dae',
  rotated: 'canary-rotated-token-6ebf',
  guess: 'canary-guessed-token-7fc0',
  rendered: 'canary-rendered-value-80d1',
};

// I10: secrets never appear in logs, errors, reports, metrics, argv or the environment of children.
describe('a hub that is given every kind of secret', () => {
  let folder: string;
  let hosts: Record<'source' | 'channel' | 'ledger', GitServer>;
  let hub: ChildProcess;
  let http: HttpClient;
  let access: { url: string; token: string };
  let agent: SpokenAgent;
  let gitdir: string;
  /** Everything that anybody could see, by where it was seen. */
  const seen = new Map<string, string>();
  const see = (where: string, text: string) => seen.set(where, (seen.get(where) ?? '') + text);

  const file = (name: string) => join(folder, name);
  const client = (token = access.token): HubClient =>
    hubClient(http, { url: access.url, token }, AbortSignal.timeout(20_000));
  const env = () => ({
    ...process.env,
    NO_COLOR: '1',
    HTTPS_PROXY: `http://proxy-user:${given.proxy}@127.0.0.1:9`,
    NO_PROXY: '127.0.0.1',
  });
  const cli = async (...args: readonly string[]): Promise<void> => {
    const ended = await run(process.execPath, [main, ...args], { cwd: folder, env: env() }).catch(
      (error: unknown) => error as { stdout: string; stderr: string },
    );
    see(`sluice-hub ${args.join(' ')}`, ended.stdout + ended.stderr);
  };
  const get = async (path: string, token: string | null): Promise<void> => {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    see(path, await (await fetch(access.url + path, { headers })).text());
  };
  const hook = (secret: string) =>
    fetch(`${access.url}/v1/webhook`, { method: 'POST', headers: { 'x-gitlab-token': secret }, body: '{}' });
  const push = async (files: Readonly<Record<string, string>>) => {
    await commitFiles(gitdir, 'refs/heads/main', files);
    expect((await hook(given.webhook)).status).toBe(202);
  };
  const untilProblem = (code: string) => {
    const hasIt = async () => {
      const { view } = await client().status({});
      see('the status API', JSON.stringify(view));
      return view.problems.some((problem) => problem.code === code) ? true : undefined;
    };
    return waitFor(`the problem ${code}`, hasIt);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-secrets-'));
    const host = async (name: string, username: string, password: string) => {
      const server = await startGitServer({ folder: file(`git-${name}`), auth: { username, password } });
      return { server, repository: await server.create(name) };
    };
    const source = await host('source', 'x-access-token', given.source);
    const channel = await host('channel', 'pusher', given.channel);
    const ledger = await host('ledger', 'pusher', given.ledger);
    hosts = { source: source.server, channel: channel.server, ledger: ledger.server };
    gitdir = source.repository.gitdir;
    await commitFiles(gitdir, 'refs/heads/main', { 'web.yaml': webApp('web', 'nginx:1') });
    await mkdir(file('data'));
    await writeFile(file('source.token'), given.source);
    await writeFile(file('channel.token'), `pusher:${given.channel}`);
    await writeFile(file('ledger.token'), `pusher:${given.ledger}`);
    await writeFile(file('webhook.secret'), `${given.webhook}\n`);
    await writeFile(
      file('hub.yaml'),
      JSON.stringify({
        source: { url: source.repository.url, tokenFile: 'source.token' },
        channel: { url: channel.repository.url, tokenFile: 'channel.token' },
        ledger: { url: ledger.repository.url, tokenFile: 'ledger.token' },
        webhookSecretFile: 'webhook.secret',
        localCluster: 'local',
        data: 'data',
        freshFor: '2h',
        log: { level: 'debug' },
      }),
    );
    hub = spawn(process.execPath, [main, 'serve', '--config', 'hub.yaml'], { cwd: folder, env: env() });
    hub.stdout?.on('data', (chunk) => see('standard output', String(chunk)));
    hub.stderr?.on('data', (chunk) => see('the log', String(chunk)));
    http = createHttp();
    access = await waitFor('the hub to listen', () => readAccess(file('data')).catch(() => undefined));
    await waitFor('its first pass', async () => (await client().status({})).view.source ?? undefined);
  });
  afterAll(async () => {
    const ended = once(hub, 'exit');
    hub.kill('SIGTERM');
    await ended;
    for (const host of Object.values(hosts)) await host.close();
    http.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('works with all of them', async () => {
    const world = { client: () => client(), hub: () => ({ url: access.url, idle: () => Promise.resolve() }) };
    agent = await joinAgent(world, 'local', { transport: 'feed' });
    expect((await agent.enrol()).status).toBe(200);
    await push({ 'web.yaml': webApp('web', 'nginx:2'), 'secret.yaml': secretApp() });
    const bundle = await waitFor('the bundle', async () => {
      // The first one comes with a pass that joining did not wait for.
      const pulled = await agent.pull().catch(() => null);
      return pulled?.revision.apps.length === 2 ? pulled : undefined;
    });
    // stringData is delivered as data.
    expect(Object.values(bundle.answer.objects).join('')).toContain(Buffer.from(given.rendered).toString('base64'));
    const left = Date.parse(bundle.revision.freshUntil) - Date.parse(bundle.revision.issuedAt);
    expect(left).toBe(2 * 3_600_000);
    expect((await agent.settle(1)).status).toBe(200);
    expect(hosts.ledger.requests.some((request) => request.includes('git-receive-pack'))).toBe(true);
    expect(hosts.channel.requests.some((request) => request.includes('git-receive-pack'))).toBe(true);
  });

  it('is asked, misled and broken in every way', async () => {
    expect((await hook(given.guess)).status).toBe(401);
    await expect(client(given.guess).status({})).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((await agent.report({ sequence: 9 }, signerOf(newSeed()))).status).toBe(401);
    expect((await agent.enrol(signerOf(newSeed()).publicKey)).status).toBe(401);

    await cli('cluster', 'join', 'other', '--data', 'data', '--out', 'other.join');
    const broken = secretApp().replace('kind: Secret', 'kind: ""').replace('"kind":"Secret"', '"kind":""');
    await push({ 'web.yaml': webApp('web', 'nginx:3'), 'secret.yaml': broken });
    await untilProblem('OBJECT_INVALID');
    await push({ 'web.yaml': webApp('web', 'nginx:4'), 'secret.yaml': `${secretApp()}\n  - : [` });
    await untilProblem('YAML_SYNTAX');

    await writeFile(file('source.token'), given.rotated);
    await hook(given.webhook);
    await untilProblem('SOURCE_UNAVAILABLE');
    await writeFile(file('source.token'), given.source);
    await writeFile(file('ledger.token'), `pusher:${given.rotated}`);
    await push({ 'web.yaml': webApp('web', 'nginx:5') });
    await untilProblem('UNAUTHENTICATED');

    await writeFile(file('guess.token'), given.guess);
    await cli('status', '--hub', access.url, '--token-file', 'guess.token', '--debug');
    await cli('status', '--data', 'data', '-o', 'json');
    await cli('status', '--data', 'data', '-o', 'wide');
    await cli('cluster', 'list', '--data', 'data', '-o', 'json');
    await cli('cluster', 'join', 'local', '--data', 'data', '--json', '--debug');
    await cli('serve', '--config', 'hub.yaml', '--webhook-secret-file', 'missing', '--debug');
    for (const path of ['/metrics', '/healthz', '/readyz', '/v1/status', '/v1/clusters']) {
      await get(path, access.token);
      await get(path, null);
      await get(path, given.guess);
    }
    const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,args=']);
    const own = stdout.split('\n').filter((line) => line.trim().split(/\s+/).slice(0, 2).includes(String(hub.pid)));
    expect(own.join('\n')).toContain('serve --config hub.yaml');
    see('argv of the hub and its children', own.join('\n'));
  });

  it('shows none of them', async () => {
    const own = async (name: string) => (await readFile(file(name), 'utf8')).trim();
    const made: Record<string, string> = {
      adminToken: access.token,
      hubKey: await own('data/keys/hub.key'),
      rootKey: await own('data/keys/root.key'),
      joinToken: agent.ticket.token,
      otherJoinLine: await own('other.join'),
    };
    const keys = Object.entries(made).flatMap(([name, text]) => secretParts(text).map((part) => [name, part] as const));
    expect(keys.length).toBeGreaterThanOrEqual(5);
    const secrets = [...Object.entries(given), ...keys];
    for (const where of ['standard output', 'the log', 'the status API', '/metrics', '/v1/status']) {
      expect([where, (seen.get(where) ?? '').length > 0]).toEqual([where, true]);
    }
    const found = [...seen].flatMap(([where, text]) =>
      secrets
        .filter(([, secret]) => formsOf(secret).some((form) => text.includes(form)))
        .map(([name]) => `${name} in ${where}`),
    );
    expect(found).toEqual([]);
  });

  it('refuses them in a URL, and repeats only the host', async () => {
    for (const flag of ['source', '--channel-url', '--ledger-url']) {
      const url = `https://git:${given.guess}@git.example.com/repository.git`;
      const args = flag === 'source' ? [url] : ['config', flag, url];
      const ended = await run(process.execPath, [main, 'serve', ...args, '--data', 'elsewhere'], { cwd: folder }).then(
        () => ({ code: 0, stdout: '', stderr: '' }),
        (error: unknown) => error as { code: number; stdout: string; stderr: string },
      );
      expect([flag, ended.code, ended.stdout]).toEqual([flag, 3, '']);
      expect(ended.stderr).toMatch(
        /^error\[CONFIG_INVALID\] a URL must not carry credentials; https:\/\/git\.example\.com; /,
      );
      expect(ended.stderr).not.toContain(given.guess);
    }
  });
});

function secretApp(): string {
  const metadata = { name: 'login' };
  return rawApp('login', [{ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { password: given.rendered } }]);
}

/** The parts of a key file or join line that are worth keeping: its long words. */
function secretParts(text: string): string[] {
  return text.split(/[^A-Za-z0-9+/=_-]+/).filter((word) => word.length >= 32);
}

/** A secret as it may be written: plain, in base64, in a Basic header, in a URL. */
function formsOf(secret: string): string[] {
  const users = ['git', 'pusher', 'proxy-user'];
  const pairs = users.map((user) => Buffer.from(`${user}:${secret}`).toString('base64'));
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), ...pairs];
}
