import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { released } from '../../fakes/port.ts';
import { startProcess, startSilentServer, type HubProcess } from './process.ts';

let folder: string;
const started: HubProcess[] = [];
const closes: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-start-'));
  await mkdir(join(folder, 'config'));
  await writeFile(join(folder, 'config', 'one.yaml'), 'kind: Cluster\nmetadata: { name: one }\n');
});
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  }
  for (const close of closes.splice(0)) await close();
  await rm(folder, { recursive: true, force: true });
});

function hub(...args: readonly string[]): HubProcess {
  const one = startProcess(folder, ...args);
  started.push(one);
  return one;
}

const serve = (...args: readonly string[]) => hub('serve', 'config', '--data', 'data', ...args);
const listening = /hub listens on (\S+)/;

async function silentServer() {
  const server = await startSilentServer();
  closes.push(server.close);
  return server;
}

async function serveOnce(): Promise<void> {
  const first = serve();
  await first.said(listening);
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
}

/** Keeps the reports from being read until it is called. */
function holdReports(): () => void {
  const database = new DatabaseSync(join(folder, 'data', 'reports', 'reports.db'));
  database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; INSERT INTO apps VALUES (0, 0, 0, 0)');
  return () => {
    database.exec('ROLLBACK');
    database.close();
  };
}

const said = (name: string): Promise<string> =>
  vi.waitFor(() => readFile(join(folder, 'data', name), 'utf8'), { timeout: 20_000, interval: 20 });

it('a hub listens before it has read its data folder, and says that it is starting', async () => {
  await serveOnce();
  const release = holdReports();
  closes.push(() => {
    release();
    return Promise.resolve();
  });
  const one = serve();
  const url = `http://127.0.0.1:${(await said('hub.port')).trim()}`;
  const authorization = `Bearer ${(await said('admin-token')).trim()}`;
  const ask = () => fetch(`${url}/v1/status`, { headers: { authorization } });
  const status = await vi.waitFor(ask, { timeout: 20_000, interval: 20 });
  expect([status.status, await status.json()]).toEqual([
    503,
    { code: 'UNAVAILABLE', message: 'the hub is starting', hint: 'try again in a moment' },
  ]);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
  closes.pop();
  release();
  await one.said(listening);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

// A start that fails with what was opened still open would never end: the tests' own time limit finds it.
describe('a start that fails ends with its exit status and says why', () => {
  it('on a port that is taken', async () => {
    const { port } = await silentServer();
    const one = serve('--listen', `127.0.0.1:${port}`);
    expect(await one.ended).toBe(7);
    expect(one.text()).toMatch(/^error\[UNAVAILABLE\] .*EADDRINUSE.*--listen/m);
  });

  it.each<[string, readonly string[], number, RegExp]>([
    ['without the certificate', ['--tls-cert', 'no.crt', '--tls-key', 'no.key'], 3, /CONFIG_INVALID.*no\.crt/],
    [
      'with a certificate that is not one',
      ['--tls-cert', 'config/one.yaml', '--tls-key', 'config/one.yaml'],
      3,
      /CONFIG_INVALID.*one\.yaml/,
    ],
    ['with a configuration that cannot be read', ['--config', 'config'], 3, /CONFIG_INVALID/],
    [
      'with a webhook secret that is not there',
      ['--webhook-secret-file', 'no.secret'],
      3,
      /CONFIG_INVALID.*no\.secret/,
    ],
    ['with authorities that are not there', ['--ca-file', 'no.pem'], 3, /CONFIG_INVALID.*no\.pem/],
    ['with a hub key that is not there', ['--key-file', 'no.key'], 3, /CONFIG_INVALID.*no\.key/],
  ])('%s', async (_, args, status, words) => {
    const one = serve(...args);
    expect(await one.ended).toBe(status);
    expect(one.text()).toMatch(words);
  });

  it.each<[string, string, RegExp]>([
    ['a folder that is not there', 'nowhere', /^error\[USAGE\] there is no such folder; \S*nowhere; name a folder/m],
    ['a file', 'config/one.yaml', /^error\[USAGE\] this is not a folder/m],
    ['SSH', 'git@git.example.com:a/b.git', /^error\[USAGE\] SSH to Git hosts is not supported; .*https:\/\//m],
    ['SSH as a URL', 'ssh://git@git.example.com/a', /^error\[USAGE\] SSH to Git hosts is not supported; .*https:\/\//m],
    ['git://', 'git://git.example.com/a', /^error\[USAGE\] git:\/\/ is not supported; .*https:\/\//m],
  ])('with a config repository that is %s, in every command that reads one', async (_, source, words) => {
    const all = [hub('serve', source, '--data', 'data'), hub('validate', source), hub('render', source)];
    for (const one of all) {
      expect(await one.ended).toBe(2);
      expect(one.text()).toMatch(words);
      expect(one.text()).not.toContain('next:');
    }
    await expect(readFile(join(folder, 'data/hub.lock'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('with a configuration that names a folder that is not there', async () => {
    await writeFile(join(folder, 'hub.yaml'), 'source: { dir: nowhere }\n');
    const one = hub('serve', '--config', 'hub.yaml', '--data', 'data');
    expect(await one.ended).toBe(3);
    expect(one.text()).toMatch(/^error\[CONFIG_INVALID\] there is no such folder; /m);
  });

  it('without the Git host of its channel, when it has no keys yet', async () => {
    const { port, close } = await silentServer();
    await close();
    const one = serve('--channel-url', `http://127.0.0.1:${port}/channel.git`);
    expect(await one.ended).toBe(7);
    expect(one.text()).toMatch(/^error\[UNAVAILABLE\] the channel's Git host: [^\n]*127\.0\.0\.1/m);
  });

  it('on a data folder that is a file', async () => {
    await writeFile(join(folder, 'data'), '');
    const one = serve();
    expect(await one.ended).toBe(7);
    expect(one.text()).toMatch(/^error\[UNAVAILABLE\] [^\n]*(EEXIST|ENOTDIR)[^\n]*data/m);
  });

  it('without the hub key that its ledger was signed with', async () => {
    await serveOnce();
    await rm(join(folder, 'data/keys/hub.key'));
    const one = serve();
    expect(await one.ended).toBe(3);
    expect(one.text()).toMatch(/^error\[CONFIG_INVALID\] [^\n]*hub\.key/m);
    expect(one.text()).not.toContain('init');
  });
});

describe('the port that join lines name', () => {
  const portOf = async (one: HubProcess): Promise<string> => new URL((await one.said(listening))[1] ?? '').port;

  it('is the same after a restart and after a crash, and another one with a warning while it is taken', async () => {
    const first = serve();
    const port = await portOf(first);
    const joined = hub('cluster', 'join', 'edge', '--data', 'data');
    expect(await joined.ended).toBe(0);
    first.child.kill('SIGTERM');
    await first.ended;
    const second = serve();
    expect(await portOf(second)).toBe(port);
    second.child.kill('SIGKILL');
    await second.ended;

    const other = createServer().listen(Number(port), '127.0.0.1');
    await once(other, 'listening');
    const third = serve();
    expect(await portOf(third)).not.toBe(port);
    await third.said(/agents were told another port/);
    expect(third.text()).toContain(`free port ${port}`);
    third.child.kill('SIGTERM');
    await third.ended;
    other.close();
    await once(other, 'close');
    await released(Number(port));
    const fourth = serve();
    expect(await portOf(fourth)).toBe(port);
    expect(fourth.text()).not.toContain('another port');
  });
});

describe('a signal ends it', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s while it serves, and takes its address along', async (signal) => {
    const one = serve();
    await one.said(listening);
    one.child.kill(signal);
    expect(await one.ended).toBe(0);
    await expect(readFile(join(folder, 'data/hub.url'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('while its start waits for a Git host', async () => {
    const { port } = await silentServer();
    const one = serve('--ledger-url', `http://127.0.0.1:${port}/ledger.git`);
    // The folder of the ledger is made right before the host is asked.
    await until(() => readFile(join(folder, 'data/ledger.git/HEAD')));
    one.child.kill('SIGTERM');
    expect(await one.ended).toBe(0);
  });

  it('while a pass waits for the config repository', async () => {
    const { port } = await silentServer();
    const one = hub('serve', `http://127.0.0.1:${port}/config.git`, '--data', 'data');
    await one.said(listening);
    one.child.kill('SIGTERM');
    expect(await one.ended).toBe(0);
  });
});

describe('one hub a data folder', () => {
  it('refuses a second one, whose end leaves the address of the first alone', async () => {
    const first = serve();
    const [, url] = await first.said(listening);
    const second = serve();
    expect(await second.ended).toBe(9);
    expect(second.text()).toMatch(/^error\[CONFLICT\] another hub uses this data folder/m);
    expect(await readFile(join(folder, 'data/hub.url'), 'utf8')).toBe(`${url}\n`);
  });

  it('lets the next one in at once after a hub that was killed', async () => {
    const first = serve();
    await first.said(listening);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = serve();
    await second.said(listening);
    expect(await readFile(join(folder, 'data/hub.url'), 'utf8')).toMatch(/^http/);
  });
});

async function until<T>(read: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
