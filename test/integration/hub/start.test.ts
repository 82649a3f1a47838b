import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
