import { cpSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../fakes/port.ts';
import { startGitServer, type GitServer } from '../../fakes/git-server.ts';
import { parseJoinLine } from '../../../shared/wire/join.ts';
import { git } from '../../fakes/git.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { clusterYaml, configApp } from '../scenarios/documents.ts';
import { embedded } from '../scenarios/backend.ts';
import { startFleet, type Fleet, type Site } from '../scenarios/fleet.ts';

let dir: string;
let server: GitServer;
let fleet: Fleet;
let hub: {
  localCluster: string;
  channel: { url: string; tokenFile: string };
  ledger: { url: string; tokenFile: string };
  keyFile?: string;
};
const login = { username: 'x-access-token', password: 'secret-token' };

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'remote-agents-'));
  server = await startGitServer({ folder: join(dir, 'git'), auth: login, port: await freePort() });
  const tokenFile = join(dir, 'token');
  writeFileSync(tokenFile, `${login.password}\n`);
  const [ledger, channel] = [await server.create('ledger'), await server.create('channel')];
  hub = { localCluster: 'edge', channel: { url: channel.url, tokenFile }, ledger: { url: ledger.url, tokenFile } };
  fleet = await startFleet({ backend: embedded, hub });
});
afterEach(async () => {
  await fleet.close();
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

const value = async ({ view }: Site) => {
  const found = (await view.get('/ConfigMap/default/settings')) as { data?: { value?: string } } | undefined;
  return found?.data?.value;
};
const hasValue = (site: Site, wanted: string) =>
  waitFor(`the value ${wanted}`, async () => ((await value(site)) === wanted ? true : undefined), 30_000);
const channelAuthorization = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
const files = (text: string) => ({
  'edge.yaml': clusterYaml('edge'),
  'app.yaml': configApp('web', { settings: text }),
});

describe('an agent of a channel on a Git host', () => {
  it('is sent there by the join line, and pulls with the hub off', { timeout: 120_000 }, async () => {
    const site = await fleet.join('edge', { agent: null });
    expect(site.ticket()).toMatchObject({ url: hub.channel.url, hub: fleet.hub().url });
    const joined = await fleet.cli('cluster', 'join', 'other');
    expect(joined.stdout).toContain(`it pulls from ${hub.channel.url}; give it a token`);
    for (const [transport, url] of [
      ['feed', `sluice+${fleet.hub().url}`],
      ['git', hub.channel.url],
    ] as const) {
      const { line } = await fleet.client().join({ name: `by-${transport}`, transport });
      expect(parseJoinLine(line).url).toBe(url);
    }
    await fleet.push(files('one'));
    await fleet.stopHub();
    site.start({ channelAuthorization });
    await hasValue(site, 'one');
  });

  it('notices nothing when the hub comes back on an empty disk', { timeout: 120_000 }, async () => {
    const site = await fleet.join('edge', { agent: { channelAuthorization, flags: { poll: 1 } } });
    await fleet.push(files('one'));
    await hasValue(site, 'one');
    await fleet.settled();
    const before = await fleet.status();
    await fleet.stopHub();
    cpSync(join(fleet.data, 'keys', 'hub.key'), join(dir, 'hub.key'));
    renameSync(fleet.data, join(dir, 'lost'));
    hub.keyFile = join(dir, 'hub.key');
    await fleet.startHub();
    expect(existsSync(join(fleet.data, 'keys', 'root.key'))).toBe(false);
    expect((await fleet.status()).clusters[0]).toMatchObject({ generation: before.clusters[0]!.generation });
    await fleet.push(files('two'));
    await hasValue(site, 'two');
    await fleet.settled();
    expect(site.agent().logged()).not.toMatch(/ROLLED_BACK|FORK_DETECTED|SIGNATURE_INVALID/);
    for (const name of ['ledger', 'channel']) await git(join(dir, 'git', `${name}.git`), 'fsck', '--strict');
  });

  it('keeps what runs while the host is down, and status says what is wrong', { timeout: 120_000 }, async () => {
    const port = Number(new URL(server.url).port);
    const site = await fleet.join('edge', { agent: { channelAuthorization, flags: { poll: 1 } } });
    await fleet.push(files('one'));
    await hasValue(site, 'one');
    await fleet.settled();
    await server.close();
    await fleet.config.push(files('two'), 'two');
    await fleet.look();
    const { problems } = await fleet.status();
    expect(problems.map(({ code, message }) => [code, /Git host/.test(message)])).toContainEqual(['UNAVAILABLE', true]);
    await fleet.stopHub();
    await fleet.startHub();
    await fleet.until('the fault after a restart', (status) =>
      status.problems.some(({ code }) => code === 'UNAVAILABLE'),
    );
    expect(await value(site)).toBe('one');
    server = await startGitServer({ folder: join(dir, 'git'), auth: login, port });
    await fleet.look();
    await hasValue(site, 'two');
    await fleet.until('no problem', ({ problems: left }) => left.length === 0);
  });
});

describe('an agent of an exported folder', () => {
  it('applies what was exported, and follows the next export', { timeout: 120_000 }, async () => {
    const folder = join(dir, 'stick');
    const site = await fleet.join('edge', {
      body: { channelUrl: pathToFileURL(folder).href, reports: false },
      agent: null,
    });
    await fleet.push(files('one'));
    expect(await fleet.cli('export', folder, '--fresh-for', '30d')).toMatchObject({ status: 0, stderr: '' });
    site.start({ flags: { poll: 1 } });
    await hasValue(site, 'one');
    await fleet.push(files('two'));
    await fleet.stopHub();
    const again = await fleet.cli('export', folder, '--cluster', 'edge', '--fresh-for', '8w');
    expect(again.stdout).toMatch(/^1 cluster exported to .+, fresh until \d{4}-/);
    await hasValue(site, 'two');
    expect(await git(folder, 'fsck', '--strict', '--no-dangling')).toBe('');
    expect(await git(folder, 'for-each-ref', '--format=%(refname)')).toMatch(
      /^refs\/heads\/clusters\/edge\nrefs\/heads\/fresh\/..\nrefs\/heads\/main$/,
    );
  });

  it('is refused over a folder of somebody else’s, for unknown clusters and for ever', async () => {
    const folder = join(dir, 'stick');
    const code = async (...args: string[]) => /\[(\w+)\]/.exec((await fleet.cli('export', ...args)).stderr)?.[1];
    expect(await code(fleet.config.workTree)).toBe('EXISTS');
    expect(await code(join(fleet.data, 'channel.git'))).toBe('EXISTS');
    expect(await code(folder, '--cluster', 'nobody')).toBe('REFERENCE_NOT_FOUND');
    expect(await code(folder, '--fresh-for', '99w')).toBe('USAGE');
    expect(existsSync(folder)).toBe(false);
  });
});
