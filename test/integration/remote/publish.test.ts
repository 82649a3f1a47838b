import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterRef, mainRef } from '../../../shared/wire/layout.ts';
import { allowedSigners } from '../../../hub/keys/sshsig.ts';
import { openFreshness } from '../../../hub/publish/freshness.ts';
import { git } from '../../fakes/git.ts';
import { startGitServer, type GitServer } from '../../fakes/git-server.ts';
import { startMutatingProxy, type MutatingProxy } from '../../fakes/mutating-proxy.ts';
import { fixture, serveHttps } from '../kube/server.ts';
import { app, object } from '../../fixtures/hub/plan.ts';
import { clusters, gitIn, joined, pass, replaced } from '../../fixtures/hub/publish.ts';
import { openRemoteHub, type RemoteHub, type Urls } from './hub.ts';

let dir: string;
let server: GitServer;
let proxy: MutatingProxy;
let gitdirs: { readonly ledger: string; readonly channel: string };
/** Through the proxy, so that answers can get lost. */
let urls: Required<Pick<Urls, 'ledger' | 'channel'>>;
const hubs: RemoteHub[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'remote-'));
  server = await startGitServer({ folder: join(dir, 'git') });
  proxy = await startMutatingProxy(server.url);
  const [ledger, channel] = [await server.create('ledger'), await server.create('channel')];
  for (const { gitdir } of [ledger, channel]) await git(gitdir, 'config', 'receive.fsckObjects', 'true');
  gitdirs = { ledger: ledger.gitdir, channel: channel.gitdir };
  urls = { ledger: `${proxy.url}/ledger.git`, channel: `${proxy.url}/channel.git` };
});
afterEach(async () => {
  for (const hub of hubs.splice(0)) hub.close();
  await proxy.close();
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

const open = async (name = 'hub', which: Urls = urls, keyFile: string | null = null): Promise<RemoteHub> => {
  const hub = await openRemoteHub(join(dir, name), which, keyFile);
  hubs.push(hub);
  return hub;
};
const keyOf = (name = 'hub') => join(dir, name, 'keys', 'hub.key');
const web = (version: string, cluster = 'one') =>
  app('web', ['Service/web', object('ConfigMap/web', { data: { version } })], { cluster });
const everywhere = (version: string) => clusters.map((cluster) => web(version, cluster));
const at = (name: 'ledger' | 'channel', ref: string) => gitIn(gitdirs[name], 'rev-parse', ref);
const generations = (hub: RemoteHub) =>
  hub.store.read().then((state) => [...state.bundles.values()].map(({ revision }) => revision.generation));
const isPush = ({ path }: { readonly path: string }, name: string) => path === `/${name}.git/git-receive-pack`;

describe('a hub with its ledger and channel on a Git host', () => {
  it('publishes all refs with one push each, in repositories that Git itself finds sound', async () => {
    const hub = await open();
    await hub.catchUp();
    const before = server.requests.length;
    const { moved } = await pass(hub, everywhere('v1'), joined(...clusters));
    expect([...moved].sort()).toEqual(clusters.map(clusterRef).sort());
    expect(server.requests.slice(before)).toEqual([
      'POST /ledger.git/git-receive-pack',
      'POST /channel.git/git-receive-pack',
    ]);
    await openFreshness(hub.deps).renew(await hub.store.read());
    expect(server.requests.slice(before + 2)).toEqual(['POST /channel.git/git-receive-pack']);
    for (const gitdir of Object.values(gitdirs)) gitIn(gitdir, 'fsck', '--strict', '--full');
    const signers = join(dir, 'signers');
    writeFileSync(signers, allowedSigners(hub.deps.keys.trusted));
    gitIn(gitdirs.ledger, '-c', `gpg.ssh.allowedSignersFile=${signers}`, 'verify-commit', 'main');
    expect(new Map(hub.stores.served.refs())).toEqual(new Map(hub.deps.channel.refs()));
  });

  it('sends what changed and nothing else', async () => {
    const hub = await open();
    await pass(hub, everywhere('v1'), joined(...clusters));
    const before = proxy.bytes();
    await pass(hub, [web('v2'), web('v1', 'two'), web('v1', 'three')]);
    expect((await hub.store.read()).bundles.get('one')!.revision.generation).toBe(2);
    expect(proxy.bytes() - before).toBeLessThan(12_000);
  });

  it('goes on after a restart without pushing anything', async () => {
    const hub = await open();
    await pass(hub, everywhere('v1'), joined(...clusters));
    const again = await open();
    const before = server.requests.length;
    await again.catchUp();
    expect(server.requests.slice(before).filter((line) => line.startsWith('POST'))).toEqual([]);
    await pass(again, everywhere('v2'));
    expect(await generations(again)).toEqual([2, 2, 2]);
    expect(at('channel', `${clusterRef('one')}~1^{tree}`)).not.toBe(at('channel', `${clusterRef('one')}^{tree}`));
  });

  it('gives an existing hub its remotes: what is here is pushed with its history', async () => {
    const alone = await open('hub', {});
    for (const version of ['v1', 'v2', 'v1']) await pass(alone, everywhere(version), joined(...clusters));
    alone.close();
    const hub = await open();
    await hub.catchUp();
    expect(gitIn(gitdirs.channel, 'rev-list', '--count', clusterRef('one'))).toBe('3');
    expect(at('ledger', 'main')).toBe(gitIn(join(dir, 'hub', 'ledger.git'), 'rev-parse', 'main'));
    for (const gitdir of Object.values(gitdirs)) gitIn(gitdir, 'fsck', '--strict', '--full');
  });
});

describe('a push whose answer is lost', () => {
  it.each(['ledger', 'channel'] as const)('counts when the %s has it', async (name) => {
    const hub = await open();
    await hub.catchUp();
    let lost = 0;
    proxy.mutate = (request) => (isPush(request, name) && lost++ === 0 ? 'reset' : 'none');
    await pass(hub, everywhere('v1'), joined(...clusters));
    expect(lost).toBeGreaterThan(0);
    expect(await generations(hub)).toEqual([1, 1, 1]);
    expect(at('channel', clusterRef('two'))).toBe(hub.stores.served.refs().get(clusterRef('two')));
  });

  it.each(['reset', 'cut', 'shorten', 'fail', 'greet'] as const)(
    'is found out later when the host is gone as well (%s), and nothing is signed again',
    async (mutation) => {
      const hub = await open();
      await hub.catchUp();
      let broken = false;
      proxy.mutate = (request) => {
        broken = broken || isPush(request, 'ledger');
        return broken ? mutation : 'none';
      };
      await expect(pass(hub, everywhere('v1'), joined(...clusters))).rejects.toMatchObject({ retry: 'backoff' });
      expect((await hub.store.read()).number).toBe(1);
      const committed = at('ledger', 'main');
      proxy.mutate = () => 'none';
      await hub.catchUp();
      expect(await generations(hub)).toEqual([1, 1, 1]);
      expect(at('ledger', 'main')).toBe(committed);
      expect(at('channel', clusterRef('one'))).toBe((await hub.store.read()).bundles.get('one')!.commit);
    },
  );
});

describe('a Git host that is down', () => {
  it('stops publishing before anything is written, and the next pass after it is back makes up for it', async () => {
    const hub = await open();
    await pass(hub, everywhere('v1'), joined(...clusters));
    proxy.mutate = () => 'reset';
    const before = [at('ledger', 'main'), at('channel', clusterRef('one'))];
    await expect(hub.catchUp()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(pass(hub, everywhere('v2'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect([at('ledger', 'main'), at('channel', clusterRef('one'))]).toEqual(before);
    proxy.mutate = () => 'none';
    await hub.catchUp();
    await pass(hub, everywhere('v2'));
    expect(await generations(hub)).toEqual([2, 2, 2]);
  });

  it('leaves refs of the channel pending when only that one is down', async () => {
    const hub = await open();
    await hub.catchUp();
    proxy.mutate = ({ path }) => (path.startsWith('/channel.git') ? 'fail' : 'none');
    await expect(pass(hub, everywhere('v1'), joined(...clusters))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(hub.stores.served.refs().has(clusterRef('one'))).toBe(false);
    proxy.mutate = () => 'none';
    const again = await open();
    await again.catchUp();
    expect(await generations(again)).toEqual([1, 1, 1]);
    expect(at('channel', clusterRef('three'))).toBe((await again.store.read()).bundles.get('three')!.commit);
  });

  it('is told from one that refuses', async () => {
    const hub = await open();
    await hub.catchUp();
    const hook = join(gitdirs.channel, 'hooks', 'pre-receive');
    writeFileSync(hook, '#!/bin/sh\nexit 1\n');
    chmodSync(hook, 0o755);
    await expect(pass(hub, everywhere('v1'), joined(...clusters))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    rmSync(hook);
    await hub.catchUp();
    expect(gitIn(gitdirs.channel, 'rev-list', '--count', clusterRef('one'))).toBe('1');
  });
});

describe('two hubs on one ledger', () => {
  it('never both publish: the slower one reads what the other wrote and goes on from there', async () => {
    const one = await open('one');
    await pass(one, [web('v1')], joined('one'));
    const two = await open('two', urls, keyOf('one'));
    await two.catchUp();
    await pass(two, [web('v2')]);
    await expect(pass(one, [web('v3')])).rejects.toMatchObject({ code: 'LEDGER_RACED', retry: 'refresh' });
    await pass(one, [web('v3')]);
    expect(await generations(one)).toEqual([3]);
    expect(gitIn(gitdirs.channel, 'rev-list', '--count', clusterRef('one'))).toBe('3');
    await expect(pass(two, [web('v4')])).rejects.toMatchObject({ code: 'LEDGER_RACED' });
    await two.catchUp();
    expect(await generations(two)).toEqual([3]);
  });
});

describe('a hub on an empty disk', () => {
  it('goes on from the ledger and its key with the next generation, on top of what the channel has', async () => {
    const lost = await open();
    for (const version of ['v1', 'v2']) await pass(lost, everywhere(version), joined(...clusters));
    await openFreshness(lost.deps).renew(await lost.store.read());
    const state = await lost.store.read();
    lost.close();
    const hub = await open('new', urls, keyOf());
    await hub.catchUp();
    expect(await hub.store.read()).toEqual(state);
    expect(hub.stores.served.refs()).toEqual(lost.stores.served.refs());
    await pass(hub, everywhere('v3'));
    expect(await generations(hub)).toEqual([3, 3, 3]);
    expect(gitIn(gitdirs.channel, 'rev-list', '--count', clusterRef('one'))).toBe('3');
    for (const name of ['ledger', 'channel']) gitIn(join(dir, 'new', `${name}.git`), 'fsck', '--strict', '--full');
  });

  it('makes a lost channel again, here and on its host, from the ledger alone', async () => {
    const lost = await open();
    await pass(lost, everywhere('v1'), joined(...clusters));
    lost.close();
    for (const ref of [...clusters.map(clusterRef), mainRef]) gitIn(gitdirs.channel, 'update-ref', '-d', ref);
    const hub = await open('new', urls, keyOf());
    await hub.catchUp();
    const { tree } = (await hub.store.read()).bundles.get('one')!;
    expect(at('channel', `${clusterRef('one')}^{tree}`)).toBe(tree);
    expect(gitIn(gitdirs.channel, 'show', `${mainRef}:root/1.json`)).toContain(hub.deps.keys.channel);
    await pass(hub, everywhere('v2'));
    expect(gitIn(gitdirs.channel, 'rev-list', '--count', clusterRef('one'))).toBe('2');
  });

  it('begins nothing when the ledger is somebody else’s, or cannot be read', async () => {
    const first = await open();
    await pass(first, [web('v1')], joined('one'));
    const stranger = await open('stranger', {});
    await expect(open('a')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(open('b', urls, keyOf('stranger'))).rejects.toMatchObject({ code: 'LEDGER_INVALID' });
    await expect(open('c', {}, keyOf())).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    proxy.mutate = () => 'reset';
    await expect(open('d', urls, keyOf())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(stranger.deps.keys.channel).not.toBe(first.deps.keys.channel);
  });
});

describe('a ledger that went on elsewhere', () => {
  it('wins over an old backup of the data folder', async () => {
    const hub = await open();
    await pass(hub, everywhere('v1'), joined(...clusters));
    cpSync(join(dir, 'hub'), join(dir, 'backup'), { recursive: true });
    for (const version of ['v2', 'v3']) await pass(hub, everywhere(version));
    hub.close();
    const restored = await open('backup');
    expect(await generations(restored)).toEqual([1, 1, 1]);
    await restored.catchUp();
    expect(await generations(restored)).toEqual([3, 3, 3]);
    expect(restored.stores.served.refs()).toEqual(hub.stores.served.refs());
  });

  it('is not followed when a single commit of it is not the hub’s', async () => {
    const hub = await open();
    await pass(hub, [web('v1')], joined('one'));
    const work = join(dir, 'work');
    await git(dir, 'clone', '--quiet', gitdirs.ledger, work);
    writeFileSync(join(work, 'ledger.json'), '{}');
    await git(work, 'commit', '--quiet', '--all', '--message', 'mine now\n\nNumber: 3');
    await git(work, 'push', '--quiet', 'origin', 'main');
    await expect(hub.catchUp()).rejects.toMatchObject({ code: 'LEDGER_INVALID' });
    expect(await generations(hub)).toEqual([1]);
  });

  it('is not overwritten when both sides went on: a person decides', async () => {
    const alone = await open('hub', {});
    cpSync(join(dir, 'hub', 'keys'), join(dir, 'other', 'keys'), { recursive: true });
    await pass(alone, [web('v1')], joined('one'));
    alone.close();
    const other = await open('other', { ...urls, mayBegin: true });
    await pass(other, [web('v2')], joined('one'));
    const head = at('ledger', 'main');
    const hub = await open();
    await expect(hub.catchUp()).rejects.toMatchObject({ code: 'LEDGER_INVALID' });
    expect(at('ledger', 'main')).toBe(head);
  });
});

describe('a channel that somebody else wrote to', () => {
  it('stops the ref that was moved, and publishes the others', async () => {
    const hub = await open();
    await pass(hub, everywhere('v1'), joined(...clusters));
    const foreign = gitIn(gitdirs.channel, 'commit-tree', '-m', 'x', `${clusterRef('one')}^{tree}`);
    gitIn(gitdirs.channel, 'update-ref', clusterRef('one'), foreign);
    await hub.catchUp();
    const { problems } = await pass(hub, everywhere('v2'));
    expect(problems.map(({ code, cluster }) => [code, cluster])).toEqual([['REF_DIVERGED', 'one']]);
    expect(at('channel', clusterRef('one'))).toBe(foreign);
    expect(gitIn(gitdirs.channel, 'rev-list', '--count', clusterRef('two'))).toBe('2');
  });
});

describe('a name that gets another registration', () => {
  const other = replaced('one', 'b0000000-0000-4000-8000-000000000001');
  const secret = (password: string) => app('web', [object('Secret/login', { data: { password } })]);
  const reached = async (name: string): Promise<string> => {
    const clone = join(dir, name);
    await git(
      dir,
      'clone',
      '--quiet',
      '--branch',
      'clusters/one',
      '--single-branch',
      `${server.url}/channel.git`,
      clone,
    );
    return gitIn(clone, 'log', '-p', '--format=%s');
  };

  it('has nothing of the former owner on its branch, here and for another hub of the same ledger', async () => {
    const hub = await open();
    await pass(hub, [secret('former'), web('v1', 'two')], joined('one', 'two'));
    const second = await open('second', urls, keyOf());
    await second.catchUp();
    await pass(hub, [web('v1', 'two')], other);
    await pass(hub, [secret('later'), web('v2', 'two')]);
    const shown = await reached('clone');
    expect([shown.includes('later'), shown.includes('former')]).toEqual([true, false]);
    expect(new Map(hub.stores.served.refs())).toEqual(new Map(hub.deps.channel.refs()));
    await second.catchUp();
    expect(new Map(second.stores.served.refs())).toEqual(new Map(hub.stores.served.refs()));
    gitIn(gitdirs.channel, 'fsck', '--strict', '--full');
  });

  it('waits alone where the host refuses to rewind a branch, until that is deleted', async () => {
    await git(gitdirs.channel, 'config', 'receive.denyNonFastForwards', 'true');
    const hub = await open();
    await pass(hub, [secret('former'), web('v1', 'two')], joined('one', 'two'));
    const before = at('channel', clusterRef('one'));
    const { problems, moved } = await pass(hub, [web('v2', 'two')], other);
    expect(moved).toEqual([clusterRef('two')]);
    expect(problems).toMatchObject([{ code: 'FORBIDDEN', cluster: 'one', severity: 'error' }]);
    expect(problems[0]?.hint).toContain('delete that branch');
    await hub.catchUp();
    await pass(hub, [web('v3', 'two')]);
    expect(at('channel', clusterRef('one'))).toBe(before);
    gitIn(gitdirs.channel, 'update-ref', '-d', clusterRef('one'));
    await hub.catchUp();
    expect(at('channel', clusterRef('one'))).toBe((await hub.store.read()).bundles.get('one')!.commit);
    expect(gitIn(gitdirs.channel, 'rev-list', '--count', clusterRef('one'))).toBe('1');
    expect((await pass(hub, [web('v4', 'two')])).problems).toEqual([]);
  });
});

describe('a Git host with a certificate of a private authority', () => {
  it('is trusted with its CA file, asked with the token, and with neither refused', async () => {
    const secure = await serveHttps((request, response) => {
      const { authorization = '' } = request.headers;
      if (authorization !== `Basic ${Buffer.from('x-access-token:token').toString('base64')}`) {
        response.writeHead(401).end();
        return;
      }
      const { method = 'GET', headers, url = '/' } = request;
      const inner = httpRequest(server.url + url, { method, headers, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      request.pipe(inner);
    });
    try {
      const [tokenFile, caFile] = [join(dir, 'token'), join(dir, 'ca.crt')];
      writeFileSync(tokenFile, 'token\n');
      writeFileSync(caFile, fixture('ca.crt'));
      const url = `https://127.0.0.1:${secure.port}/ledger.git`;
      await expect(open('a', { ledger: url, tokenFile })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(open('b', { ledger: url, caFile })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      const hub = await open('c', { ledger: url, tokenFile, caFile });
      await pass(hub, [web('v1')], joined('one'));
      expect(at('ledger', 'main')).toBe(gitIn(join(dir, 'c', 'ledger.git'), 'rev-parse', 'main'));
    } finally {
      await secure.stop();
    }
  });
});

describe('three hundred clusters', () => {
  it('are published with one push', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `c${i}`);
    const hub = await open('hub', { ledger: `${server.url}/ledger.git`, channel: `${server.url}/channel.git` });
    await hub.catchUp();
    const before = server.requests.length;
    await pass(
      hub,
      names.map((name) => web('v1', name)),
      joined(...names),
    );
    expect(server.requests.slice(before)).toEqual([
      'POST /ledger.git/git-receive-pack',
      'POST /channel.git/git-receive-pack',
    ]);
    expect(gitIn(gitdirs.channel, 'for-each-ref', '--format=x', 'refs/heads/clusters').split('\n')).toHaveLength(300);
  });
});
