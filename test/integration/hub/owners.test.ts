import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { feedPaths } from '../../../shared/wire/feed.ts';
import { rawApp } from '../scenarios/documents.ts';
import { joinAgent, type SpokenAgent } from './agent.ts';
import { startHubWorld, type HubWorld } from './world.ts';

const run = promisify(execFile);
const metadata = { name: 'login' };
const secret = (password: string) =>
  rawApp('login', [{ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { password } }]);
const encoded = (text: string): string => Buffer.from(text).toString('base64');
const former = 'the-password-of-the-former-owner';
const later = 'the-password-of-the-next-owner';

let world: HubWorld;

beforeAll(async () => {
  world = await startHubWorld({ 'login.yaml': secret(former) }, { localCluster: 'shared' });
});
afterAll(() => world.close());

/** All that `git log -p` shows of the bundles that a caller gets by `git clone --mirror`. */
async function cloned(name: string, authorization: string, ...how: readonly string[]): Promise<string> {
  const dir = join(world.folder, name);
  const remote = world.hub().url + feedPaths.git;
  const header = `http.extraHeader=Authorization: ${authorization}`;
  await run('git', ['-c', header, 'clone', '--quiet', '--mirror', ...how, remote, dir]);
  const { stdout: refs } = await run('git', ['-C', dir, 'for-each-ref', '--format=%(refname)', 'refs/heads/clusters']);
  if (refs.trim() === '') return '';
  const { stdout } = await run('git', ['-C', dir, 'log', '-p', '--all']);
  return stdout;
}

/** All that the hub gives an agent: no history. */
const tips = ['--depth', '1', '--no-single-branch'];

async function digestOfSecret(agent: SpokenAgent): Promise<string> {
  const { revision } = await agent.pull();
  return revision.apps[0]?.objects.find(({ id }) => id.includes('Secret'))?.digest ?? '';
}

describe('the next owner of a name', () => {
  it.each([
    ['after `cluster remove --forget`', () => world.client().remove('shared', { mode: 'orphan', forget: true }), {}],
    ['after `cluster join --replace`', () => Promise.resolve(), { replace: true }],
  ])('reaches no Secret of the one before, over Git and over the feed: %s', async (title, leave, more) => {
    await world.change({ 'login.yaml': secret(former) });
    const before = await joinAgent(world, 'shared', { replace: true });
    await before.enrol();
    const digest = await digestOfSecret(before);
    expect(await cloned(`before ${title}`, before.authorization(), ...tips)).toContain(encoded(former));

    await world.change({ 'login.yaml': secret(later) });
    await leave();
    const next = await joinAgent(world, 'shared', more);
    const name = `next ${title}`;
    const admin = `Basic ${Buffer.from(`admin:${await world.adminToken()}`).toString('base64')}`;
    for (const [who, authorization, how] of [
      ['token', next.authorization(), tips],
      ['admin', admin, []],
    ] as const) {
      const shown = await cloned(`${name} by ${who}`, authorization, ...how);
      expect([who, shown.includes(encoded(later)), shown.includes(encoded(former))]).toEqual([who, true, false]);
    }
    expect(JSON.stringify((await next.pull()).answer)).not.toContain(encoded(former));
    expect((await next.get(feedPaths.object('shared', digest))).status).toBe(404);
    expect([401, 410]).toContain((await before.get(feedPaths.bundle('shared'))).status);
  });
});
