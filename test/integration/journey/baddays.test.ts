import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectlPath } from '../../config/tools.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { track, type CommandResult } from '../../lab/demo/program.ts';
import { embedded } from '../scenarios/backend.ts';
import { configApp } from '../scenarios/documents.ts';
import { rowOf, startFleet, type Fleet, type Site } from '../scenarios/fleet.ts';
import { handsOf, type Hands } from '../scenarios/hands.ts';

const checkout = fileURLToPath(new URL('../../..', import.meta.url));
const guide = await readFile(join(checkout, 'docs/operations.md'), 'utf8');
const kubectl = await kubectlPath();

/** The commands of the bad day that begins with these words. */
function commandsOf(day: string): string[] {
  const section = guide.slice(guide.indexOf('## Bad days'), guide.indexOf('## A lost cluster'));
  const [, commands] = section.slice(section.indexOf(day)).split('```\n');
  if (!section.includes(day) || commands === undefined) throw new Error(`the guide has no bad day ${day}`);
  return commands.trim().split('\n');
}

const map = (name: string): string => `/ConfigMap/default/${name}`;
const both = configApp('shop', { shop: '1', fought: '1' });

describe('the bad days of operations.md', { timeout: 180_000 }, () => {
  let fleet: Fleet;
  let site: Site;
  let hands: Hands;
  let desk: string;

  /** Runs a line of the guide at an operator's desk: the two programs of this checkout, kubectl, and the folder `sluice-data`. */
  const run = async (line: string): Promise<CommandResult> => {
    const env = {
      ...process.env,
      KUBECONFIG: site.kubeconfig,
      PATH: `${join(desk, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
    };
    const child = spawn('sh', ['-c', line], { cwd: desk, env, stdio: ['ignore', 'pipe', 'pipe'] });
    track(child);
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const status = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
    return { status, stdout, stderr };
  };
  const works = async (line: string): Promise<string> => {
    const answer = await run(line);
    expect(answer, line).toMatchObject({ status: 0, stderr: '' });
    return answer.stdout;
  };
  const healthy = () =>
    fleet.until('shop to be healthy, as its agent says now', (now) => {
      const isJoined = now.clusters.every(({ state }) => state === 'joined');
      return isJoined && rowOf(now, 'default/shop')?.health === 'Healthy';
    });
  const uid = async () => (await site.view.get(map('shop')))?.metadata.uid;
  /** Runs the commands of a day whose last one starts the agent, which this process does in its place. */
  const rejoin = async (): Promise<void> => {
    const [join_ = '', start] = commandsOf('**The agent is lost**');
    // A join line is a secret: an old one is never written over.
    await rm(join(desk, 'edge-1.join'), { force: true });
    await works(join_);
    expect(start).toBe('sluice-agent run --join-file edge-1.join');
    await site.agent().stop();
    const { parseJoinLine } = await import('../../../shared/wire/join.ts');
    site.start({
      ticket: parseJoinLine(await readFile(join(desk, 'edge-1.join'), 'utf8')),
      flags: { poll: 1, heartbeat: 5 },
    });
  };

  beforeAll(async () => {
    fleet = await startFleet({ backend: embedded, hub: { localCluster: 'edge-1' } });
    await fleet.push({ 'shop.yaml': both });
    site = await fleet.join('edge-1', {
      body: { capabilities: { ingress: true } },
      agent: { flags: { poll: 1, heartbeat: 5 } },
    });
    hands = handsOf(site.view);
    desk = join(fleet.folder, 'desk');
    await mkdir(join(desk, 'bin'), { recursive: true });
    await symlink(fleet.data, join(desk, 'sluice-data'));
    for (const program of ['hub', 'agent']) {
      const path = join(desk, 'bin', `sluice-${program}`);
      await writeFile(path, `#!/bin/sh\nexec "${process.execPath}" "${checkout}${program}/main.ts" "$@"\n`);
      await chmod(path, 0o755);
    }
    if (kubectl !== null) await symlink(kubectl, join(desk, 'bin', 'kubectl'));
    await healthy();
  }, 120_000);
  afterAll(() => fleet.close());

  it('begin with what hub and site say', async () => {
    const [hub = '', agent = ''] = commandsOf('Begin with what hub and site say');
    expect(await works(hub)).toContain('1 Healthy');
    expect(await works(agent)).toMatch(/Settled {7}generation \d+ is applied/);
  });

  it('a lost agent comes back with everything that the cluster runs', async () => {
    const before = await uid();
    await site.agent().stop();
    await hands.remove('/Secret/sluice-system/sluice-agent-key');
    await rejoin();
    await fleet.push({ 'shop.yaml': both.replace('"1"', '"2"') });
    await site.view.until(map('shop'), 'changed', ({ data }) => (data as { value: string }).value === '2');
    await healthy();
    expect(await uid()).toBe(before);
  });

  it('a revoked agent says so, and comes back', async () => {
    const [revoke = ''] = commandsOf('**The agent was stolen');
    await works(revoke);
    await waitFor(
      'the site to say it',
      async () => (await run('sluice-agent status')).stdout.includes('Revoked') || undefined,
      30_000,
    );
    await rejoin();
    await healthy();
  });

  it('a lost key and a lost disk are brought back', async () => {
    const { stdout } = await run(
      'cp -r sluice-data/keys . && git clone --quiet --mirror sluice-data/ledger.git ledger.git && mkdir backup && mv keys ledger.git backup',
    );
    expect(stdout).toBe('');
    await fleet.stopHub();
    await rm(join(fleet.data, 'keys', 'hub.key'));
    await expect(fleet.startHub()).rejects.toThrow(/the hub key is missing/);
    const [key = ''] = commandsOf("**The hub's key is lost**");
    await works(key);
    await fleet.startHub();
    await healthy();

    await fleet.stopHub();
    await cp(join(fleet.data, 'admin-token'), join(desk, 'admin-token')).catch(() => undefined);
    await rm(fleet.data, { recursive: true });
    const [disk = ''] = commandsOf("**The hub's disk is lost**");
    // The desk has a link of that name in place of the folder.
    await works(disk.replace('sluice-data', fleet.data));
    await fleet.startHub();
    await healthy();
  });

  it.skipIf(kubectl === null)(
    'an object that cannot be deleted is named with what it waits for, and let go',
    async () => {
      await fleet.push({ 'stuck.yaml': configApp('stuck', { stuck: '1' }) });
      await site.view.until(map('stuck'), 'there', () => true);
      await hands.edit(map('stuck'), ({ metadata }) => {
        metadata.finalizers = ['example.com/gone'];
      });
      await fleet.push({ 'stuck.yaml': null });
      await waitFor(
        'status to name it',
        async () =>
          (await run('sluice-hub status --data sluice-data')).stdout.includes('example.com/gone') || undefined,
        30_000,
      );
      const [release = ''] = commandsOf('**An object cannot be deleted**');
      await works(release);
      await site.view.untilGone(map('stuck'));
    },
  );

  it.skipIf(kubectl === null)('a fight is named with the other one, whom the object names, too', async () => {
    for (let round = 0; round < 4; round += 1) {
      await works(`kubectl -n default patch configmap fought --type merge -p '{"data":{"value":"other ${round}"}}'`);
      if (round < 3) {
        await site.view.until(
          map('fought'),
          'repaired',
          ({ data }) => (data as { value: string }).value !== `other ${round}`,
        );
      }
    }
    const said = await waitFor(
      'status to name the fight',
      async () => {
        const { stdout } = await run('sluice-hub status --data sluice-data');
        return stdout.includes('fought over by') ? stdout : undefined;
      },
      30_000,
    );
    const [, other = ''] = /fought over by ([^:]+): \S*data/.exec(said) ?? [];
    const [look = ''] = commandsOf('**Two programs fight over a field**');
    expect(await works(look)).toContain(`manager: ${other}`);
  });

  it('a change that waits is approved by its number', async () => {
    await fleet.push({ 'gone.yaml': configApp('gone', { gone: '1' }) });
    await site.view.until(map('gone'), 'there', () => true);
    await fleet.push({ 'gone.yaml': '# emptied by accident\n' });
    const said = await waitFor(
      'a change to approve',
      async () => {
        const { stdout } = await run('sluice-hub status --data sluice-data');
        return /sluice-hub approve ([0-9a-f]{12})/.exec(stdout) ?? undefined;
      },
      30_000,
    );
    const [approve = ''] = commandsOf('**A change waits for an approval**');
    await works(approve.replace(/[0-9a-f]{12}/, said[1] ?? ''));
    await site.view.untilGone(map('gone'));
  });
});
