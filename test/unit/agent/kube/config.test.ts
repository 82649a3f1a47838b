import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeAccess } from '../../../../agent/kube/access.ts';
import { loadKubeAccess } from '../../../../agent/kube/config.ts';
import type { KubeConfigOptions } from '../../../../agent/kube/config.ts';
import { instantClock } from './clock.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-kubeconfig-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Parts {
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly namespace?: string;
}

/** Writes a kubeconfig (JSON is YAML) and loads it. */
function load({ cluster, user, namespace }: Parts, more: Partial<KubeConfigOptions> = {}): KubeAccess {
  const kubeconfig = join(folder, 'config');
  const context = { cluster: 'c', user: 'u', ...(namespace === undefined ? {} : { namespace }) };
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://api.example.com:6443/prefix/', ...cluster } }],
    users: [{ name: 'u', user: { token: 'secret', ...user } }],
    contexts: [{ name: 'x', context }],
    'current-context': 'x',
  };
  writeFileSync(kubeconfig, JSON.stringify(content));
  return loadKubeAccess({ kubeconfig, allowExec: false, clock: instantClock(), ...more });
}

describe('a kubeconfig', () => {
  it('gives server, namespace and token', async () => {
    const access = load({ namespace: 'team' });
    expect([access.server, access.namespace]).toEqual(['https://api.example.com:6443/prefix', 'team']);
    expect(await access.credentials()).toEqual({ headers: { authorization: 'Bearer secret' }, tls: {} });
    expect(load({}).namespace).toBe('default');
  });

  it('gives CA, client certificate and server name, decoded', async () => {
    const data = (text: string): string => Buffer.from(text).toString('base64');
    const access = load({
      cluster: { 'certificate-authority-data': data('the CA'), 'tls-server-name': 'api.internal' },
      user: { token: undefined, 'client-certificate-data': data('the cert'), 'client-key-data': data('the key') },
    });
    expect(await access.credentials()).toMatchObject({
      headers: {},
      tls: { ca: 'the CA', cert: 'the cert', key: 'the key', servername: 'api.internal' },
    });
  });

  it('gives a user name and password as basic authentication', async () => {
    const access = load({ user: { token: undefined, username: 'me', password: 'pw' } });
    expect((await access.credentials()).headers).toEqual({ authorization: 'Basic bWU6cHc=' });
  });

  it('uses the proxy of the environment, unless it names one itself', async () => {
    const proxy = { https: 'http://env:1', none: 'x' };
    expect((await load({}, { proxy }).credentials()).proxy).toEqual(proxy);
    const own = load({ cluster: { 'proxy-url': 'http://own:2' } }, { proxy });
    expect((await own.credentials()).proxy).toEqual({ always: 'http://own:2' });
  });

  it('reads a token file again after a minute, and at once when the token was refused', async () => {
    const tokenFile = join(folder, 'token');
    const clock = instantClock();
    writeFileSync(tokenFile, 'first\n');
    const access = load({ user: { token: undefined, tokenFile } }, { clock });
    const token = async (): Promise<string | undefined> => (await access.credentials()).headers['authorization'];
    expect(await token()).toBe('Bearer first');
    writeFileSync(tokenFile, 'second\n');
    expect(await token()).toBe('Bearer first');
    clock.advance(60_001);
    expect(await token()).toBe('Bearer second');
    writeFileSync(tokenFile, 'third');
    access.renew();
    expect(await token()).toBe('Bearer third');
    rmSync(tokenFile);
    access.renew();
    expect(await token()).toBe('Bearer third');
  });

  it('finds a token file beside itself, and says so when it is missing', async () => {
    writeFileSync(join(folder, 'beside'), 'token\n');
    const access = load({ user: { token: undefined, tokenFile: 'beside' } });
    expect((await access.credentials()).headers['authorization']).toBe('Bearer token');
    expect(() => load({ user: { token: undefined, tokenFile: 'nowhere' } })).toThrow(/cannot read the token file/);
  });

  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'some-cloud', interactiveMode: 'Never' };
  it.each([
    ['a program to run', { user: { exec } }, /program/],
    ['a program to run, in the old way', { user: { 'auth-provider': { name: 'gcp', config: {} } } }, /program/],
    ['a server without TLS', { cluster: { server: 'http://api.example.com' } }, /TLS/],
    ['a SOCKS proxy', { cluster: { 'proxy-url': 'socks5://p:1' } }, /proxies/],
    ['an address that is none', { cluster: { server: 'nonsense' } }, /no API server/],
  ])('is refused with %s', (_title, parts, message) => {
    expect(() => load(parts)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(() => load(parts)).toThrow(message);
  });

  it('may run a program for credentials when that is allowed', async () => {
    const answer = { apiVersion: exec.apiVersion, kind: 'ExecCredential', status: { token: 'from-program' } };
    const program = { ...exec, command: process.execPath, args: ['-e', `console.log('${JSON.stringify(answer)}')`] };
    const access = load({ user: { token: undefined, exec: program } }, { allowExec: true });
    expect((await access.credentials()).headers['authorization']).toBe('Bearer from-program');
  });

  it('without TLS is taken for loopback', async () => {
    const access = load({ cluster: { server: 'http://127.0.0.1:8001' } });
    expect((await access.credentials()).headers).toEqual({ authorization: 'Bearer secret' });
  });

  it('that is missing, broken or lacks the context says so with its path', () => {
    const clock = instantClock();
    const path = join(folder, 'missing');
    const refused: unknown = expect.objectContaining({
      code: 'CONFIG_INVALID',
      data: expect.objectContaining({ path }) as object,
    });
    expect(() => loadKubeAccess({ kubeconfig: path, allowExec: false, clock })).toThrow(refused);
    expect(() => load({}, { context: 'nothing' })).toThrow(/no such context/);
    const broken = join(folder, 'broken');
    writeFileSync(broken, 'clusters: [');
    expect(() => loadKubeAccess({ kubeconfig: broken, allowExec: false, clock })).toThrow(/cannot read/);
  });

  it('that is absent where there is no service account either is refused', () => {
    expect(() => loadKubeAccess({ allowExec: false, clock: instantClock() })).toThrow(/no API server/);
  });
});
