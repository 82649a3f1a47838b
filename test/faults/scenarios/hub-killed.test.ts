import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseJoinLine } from '../../../shared/wire/join.ts';
import { startCluster, type EmbeddedCluster } from '../../lab/cluster/cluster.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { openClusterView, type ClusterView } from '../../lab/demo/cluster-view.ts';
import { runCommand, startProgram, type Program } from '../../lab/demo/program.ts';
import { git } from '../../fakes/git.ts';
import { freePort } from '../../fakes/port.ts';
import { clusterYaml, configApp } from '../../integration/scenarios/documents.ts';
import { startConfigRepository, type ConfigRepository } from '../../integration/scenarios/repository.ts';
import { startSite, type RunningAgent } from '../../integration/scenarios/site.ts';

const preload = new URL('kill-at.ts', import.meta.url).href;
let folder: string;
let data: string;
let config: ConfigRepository;
let cluster: EmbeddedCluster;
let view: ClusterView;
let agent: RunningAgent | undefined;
let hub: Program;
let port: number;

/** Starts the hub, which dies at its N-th step on disk; 0 = it lives. It looks at the repository as it starts. */
const startHub = (killAt: number): void => {
  const listen = `127.0.0.1:${port}`;
  const args = ['hub/main.ts', 'serve', config.url, '--data', data, '--listen', listen, '--local', 'local'];
  hub = startProgram('hub', args, {
    logFile: join(folder, 'hub.log'),
    flags: killAt === 0 ? [] : ['--import', preload],
    env: killAt === 0 ? {} : { SLUICE_KILL_AT: String(killAt), SLUICE_KILL_BELOW: data },
  });
};
const ready = async (): Promise<void> => {
  await hub.says(/http:\/\/127\.0\.0\.1:\d+/);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-killed-'));
  data = join(folder, 'hub');
  port = await freePort();
  config = await startConfigRepository(join(folder, 'config'));
  await config.push({ 'clusters.yaml': clusterYaml('local'), 'one.yaml': configApp('one', { one: '0' }) }, 'begin');
  cluster = await startCluster({ name: 'local' });
  view = openClusterView(cluster.kubeconfig);
  startHub(0);
  await ready();
  const file = join(folder, 'local.join');
  const joined = await runCommand(['hub/main.ts', 'cluster', 'join', 'local', '--data', data, '--out', file]);
  expect(joined).toMatchObject({ status: 0, stderr: '' });
  // The line is a secret: it is in the file, and nowhere else.
  expect(joined.stdout).not.toContain((await readFile(file, 'utf8')).trim());
  const ticket = parseJoinLine(await readFile(file, 'utf8'));
  agent = startSite({ name: 'local', kubeconfig: cluster.kubeconfig, ticket, flags: { poll: 1 } });
  await view.until('/ConfigMap/default/one', 'there', () => true);
}, 120_000);
afterAll(async () => {
  await agent?.stop();
  await hub.stop();
  view.close();
  await cluster.stop();
  await config.close();
  await rm(folder, { recursive: true, force: true });
});

it('delivers every commit although the hub is killed between its steps on disk, and signs nothing twice', async () => {
  let deaths = 0;
  for (const [index, killAt] of [2, 4, 7].entries()) {
    await hub.stop('SIGKILL');
    await config.push({ 'one.yaml': configApp('one', { one: String(index + 1) }) }, `commit ${index + 1}`);
    startHub(killAt);
    await ready().then(
      () => undefined,
      () => undefined,
    );
    // An agent that did not reach the hub for a while asks it more rarely.
    await waitFor('the hub to die, or to deliver', async () => {
      if (!hub.isRunning()) return true;
      const now = (await view.get('/ConfigMap/default/one'))?.['data'] as { value: string };
      return now.value === String(index + 1) ? true : undefined;
    });
    deaths += hub.isRunning() ? 0 : 1;
  }
  expect(deaths).toBeGreaterThan(1);
  await hub.stop('SIGKILL');
  startHub(0);
  await ready();
  await view.until('/ConfigMap/default/one', 'at 3', ({ data: now }) => (now as { value: string }).value === '3');
  expect(agent?.logged()).not.toMatch(/FORK_DETECTED|ROLLED_BACK|SIGNATURE_INVALID|DIGEST_MISMATCH/);
  for (const name of ['ledger.git', 'channel.git']) {
    expect(await git(join(data, name), 'fsck', '--strict', '--full', '--no-progress', '--no-dangling')).toBe('');
  }
}, 300_000);
