import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBundles } from '../../config/bundle.ts';
import { startCluster, type EmbeddedCluster } from '../../lab/cluster/cluster.ts';
import { freePort } from '../../fakes/port.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { fixture } from '../kube/server.ts';
import { canContain, podOf, startContainer, type Container } from './container.ts';
import { probe, processFact, startChartHub, type ChartHub } from './fleet.ts';
import { chartText, helmBinary, objectsOf } from './helm.ts';
import { imageTarget } from './image.ts';
import { tlsFront } from './tls.ts';

const example = new URL('../../../examples/hello/hello.yaml', import.meta.url);

describe.each(['agent', 'hub'] as const)('the image of the %s', (name) => {
  it('starts what the chart starts, as the user that the chart names', async () => {
    const target = await imageTarget(name);
    const settings = name === 'agent' ? [] : ['--set', 'source.url=https://h/r', '--set', 'publicUrl=https://h'];
    const pod = podOf(objectsOf(await chartText(name, 'sluice-system', ...settings)));
    const { command } = pod.containers[0];
    expect([command[0], command.at(-1)]).toEqual(target.entrypoint);
    expect(`${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`).toBe(target.user);
    expect(target.copies.map(({ to }) => to)).toContain(target.entrypoint[1]);
  });
});

// Needs mount namespaces, so that the chart's absolute paths, a read-only root and another user can be had without a container runtime.
describe.skipIf(!canContain || helmBinary === null)('the bundles, run as the charts say', () => {
  let folder: string;
  let cluster: EmbeddedCluster;
  let front: Server;
  let hub: ChartHub;
  let agent: Container;
  let agentLog: string;
  let probes: string;
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-bundles-'));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    await chmod(folder, 0o755);
    const dist = join(folder, 'dist');
    [cluster] = await Promise.all([startCluster({ name: 'site-1' }), buildBundles(dist)]);
    ends.push(() => cluster.stop());
    front = await tlsFront(cluster.port);
    ends.push(() => front.close());
    hub = await startChartHub(folder, dist, 'site-1');
    ends.push(() => hub.stop());

    const joinFile = join(folder, 'site-1.join');
    await writeFile(joinFile, await hub.join('site-1'));
    const port = await freePort();
    const settings = ['--set-file', `join=${joinFile}`, '--set', `probePort=${port}`, '--set', 'heartbeatSeconds=5'];
    const objects = objectsOf(await chartText('agent', 'sluice-system', ...settings));
    agentLog = join(folder, 'agent.log');
    probes = `http://127.0.0.1:${port}`;
    agent = await startContainer({
      image: 'agent',
      dist,
      objects,
      account: { token: 'of-the-pod', ca: fixture('ca.crt'), namespace: 'sluice-system' },
      kubernetes: { host: '127.0.0.1', port: (front.address() as AddressInfo).port },
      logFile: agentLog,
    });
    ends.push(() => agent.stop('SIGKILL'));
  }, 180_000);
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  it('answer each probe', async () => {
    for (const page of ['/startupz', '/livez', '/readyz']) {
      await waitFor(page, () => probe(probes + page, agent, agentLog));
    }
  });

  it('deliver an application from the push to Healthy', async () => {
    await hub.config.push({ 'hello.yaml': await readFile(example, 'utf8') }, 'add hello');
    await hub.poke();
    const row = await hub.untilRow('hello to be healthy', ({ health }) => health === 'Healthy');
    expect(row).toMatchObject({ application: 'default/hello', cluster: 'site-1', applied: true });
    const { stdout } = await agent.exec('/app/sluice-agent.mjs', '--version');
    expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('run as somebody without rights, who can write nowhere but into the volumes that are for writing', async () => {
    for (const { pid } of [agent, hub.container]) {
      expect(await processFact(pid, 'Uid')).toBe('65532\t65532\t65532\t65532');
      expect(await processFact(pid, 'Gid')).toBe('65532\t65532\t65532\t65532');
      expect(await processFact(pid, 'CapEff')).toMatch(/^0+$/);
      expect(await processFact(pid, 'NoNewPrivs')).toBe('1');
    }
    const write = (path: string) => `try { fs.writeFileSync('${path}', ''); 'written' } catch (error) { error.code }`;
    const answer = async (container: Container, path: string) =>
      (await container.exec('-p', write(path))).stdout.trim();
    for (const path of ['/app/x', '/tmp/x', '/etc/sluice/join/x']) {
      expect([path, await answer(agent, path)]).toEqual([path, 'EROFS']);
    }
    expect(await answer(hub.container, '/app/x')).toBe('EROFS');
    expect(await answer(hub.container, '/etc/sluice/config/hub.yaml')).toBe('EROFS');
    expect(await answer(hub.container, '/var/lib/sluice/x')).toBe('written');
  });

  it('show no secret in their arguments and environment', async () => {
    const line = await readFile(join(folder, 'site-1.join'), 'utf8');
    for (const file of ['cmdline', 'environ']) {
      const text = await readFile(`/proc/${agent.pid}/${file}`, 'utf8');
      expect(text).not.toContain(line.trim());
      expect(text).not.toContain('of-the-pod');
    }
    expect(await readFile(agentLog, 'utf8')).not.toContain(line.trim());
  });

  it('stay small, and end with status 0 when they are told to', async () => {
    const rssMiB = Number.parseInt(await processFact(agent.pid, 'VmRSS'), 10) / 1024;
    process.stdout.write(`agent: ${Math.round(rssMiB)} MiB resident\n`);
    expect(rssMiB).toBeLessThan(110);
    expect(await agent.stop()).toBe(0);
    expect(await hub.stop()).toBe(0);
  });
});
