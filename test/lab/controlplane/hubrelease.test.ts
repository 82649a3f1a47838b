import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatusView } from '../../../hub/api/status.ts';
import { buildBundles } from '../../config/bundle.ts';
import { kubectlPath } from '../../config/tools.ts';
import { git } from '../../fakes/git.ts';
import { startGitServer, type GitServer } from '../../fakes/git-server.ts';
import { startContainer, type Container } from '../../integration/charts/container.ts';
import { tlsFront } from '../../integration/charts/tls.ts';
import { fixture } from '../../integration/kube/server.ts';
import { runCommand } from '../demo/program.ts';
import { sendOk } from './client.ts';
import { canRunReleases } from './endtoend.ts';
import { settings, shop, shopDeployment } from './endtoend.documents.ts';
import { identities, map, rowOf } from './endtoend.facts.ts';
import { freePort } from '../../fakes/port.ts';
import { podAndFiles, startSite, type Site } from './release.ts';
import { describeControlPlane } from './suite.ts';
import { waitFor } from './wait.ts';

const checkout = fileURLToPath(new URL('../../..', import.meta.url));
// Unpacks it beside helm, where the shell finds it.
await kubectlPath();
const guide = await readFile(join(checkout, 'docs/operations.md'), 'utf8');

/** The commands of the guide's code block that begins with these words. */
function block(beginning: string): string {
  const found = guide.split('```\n').find((text) => text.startsWith(beginning));
  if (found === undefined) throw new Error(`docs/operations.md has no block that begins with ${beginning}`);
  return found.trim();
}

const login = { username: 'git', password: 'push-token' };

// The guide's words are run as they are; names of hosts are those of this machine, and what that takes (a port, a certificate) is added.
describeControlPlane(
  'a release of the hub on a real control plane, with channel and ledger on a Git host',
  (binaries) => {
    describe.skipIf(!canRunReleases)('', () => {
      let folder: string;
      let next: string;
      let host: GitServer;
      let gitUrl: string;
      let site: Site;
      let hub: Container;
      let hubPort: number;
      let hubUrl: string;
      let generation = 0;
      const ends: (() => unknown)[] = [];

      const run = (...args: readonly string[]) => hub.exec('/app/sluice-hub.mjs', ...args, '--data', '/var/lib/sluice');
      /** Waits; what the hub says is part of what is thrown. */
      const until = async <T>(what: string, ask: () => Promise<T | undefined>): Promise<T> => {
        try {
          return await waitFor(what, ask);
        } catch (cause) {
          const { stdout, stderr } = await run('status');
          throw new Error(`waited in vain for ${what}:\n${stdout}${stderr}`, { cause });
        }
      };
      const status = async (): Promise<StatusView> =>
        JSON.parse((await run('status', '-o', 'json')).stdout) as StatusView;
      /** Commands in a folder that has `charts`, with everything that names a host led to this machine. */
      const shell = async (commands: string, cwd: string): Promise<string> => {
        const here = commands
          .replaceAll('https://git.example.com/fleet', gitUrl)
          .replaceAll('https://sluice.example.com', hubUrl)
          .replaceAll('PUSH-TOKEN', `${login.username}:${login.password}`);
        const answer = await site.shell(`set -e; cd ${cwd}; ${here}`);
        expect(answer).toMatchObject({ status: 0, stderr: '' });
        return answer.stdout;
      };
      /** Runs the pod of the hub that the API server has now. */
      const startHub = async (): Promise<void> => {
        const objects = await podAndFiles(site, 'sluice', 'sluice-hub');
        hub = await startContainer({
          image: 'hub',
          dist: join(folder, 'dist'),
          objects,
          claims: join(folder, 'claims'),
          logFile: join(folder, 'hub.log'),
        });
        await waitFor(`the hub to be ready; its log is ${join(folder, 'hub.log')}`, async () => {
          if (!hub.isRunning()) throw new Error(`the hub ended: ${await readFile(join(folder, 'hub.log'), 'utf8')}`);
          return (await call('GET', '/readyz')) === 200 ? true : undefined;
        });
      };
      const call = (method: string, path: string, token = ''): Promise<number | undefined> =>
        new Promise((resolve) => {
          const headers = { 'x-gitlab-token': token };
          request(hubUrl + path, { method, ca: fixture('ca.crt'), agent: false, headers }, (answer) => {
            answer.resume();
            resolve(answer.statusCode);
          })
            .on('error', () => resolve(undefined))
            .end(method === 'POST' ? '{}' : undefined);
        });
      /** Pushes to the config repository, calls the webhook, and waits until all of it is reported as applied. */
      const deliver = async (files: Readonly<Record<string, string>>, application: string): Promise<void> => {
        const work = join(folder, 'work');
        for (const [path, text] of Object.entries(files)) await writeFile(join(work, path), text);
        await git(work, 'add', '--all');
        await git(work, 'commit', '--quiet', '--message', 'change');
        await git(work, 'push', '--quiet', 'origin', 'HEAD:main');
        const secret = await readFile(hub.path('/var/lib/sluice/webhook-secret'), 'utf8');
        expect(await call('POST', '/v1/webhook', secret.trim())).toBe(202);
        const commit = await git(work, 'rev-parse', 'HEAD');
        const row = await until(`${application} to be healthy`, async () => {
          const now = await status();
          const found = rowOf(now, application, 'site-1');
          const isDone = now.source?.commit === commit && found?.applied === true && found.health === 'Healthy';
          return isDone ? found : undefined;
        });
        expect(row.generation).toBeGreaterThan(generation);
        generation = row.generation;
      };
      const hubPods = async (): Promise<string[]> =>
        (await site.list('/api/v1/namespaces/sluice/pods')).map(({ metadata }) => metadata.name);

      beforeAll(async () => {
        folder = await mkdtemp(join(tmpdir(), 'sluice-hubrelease-'));
        ends.push(() => rm(folder, { recursive: true, force: true }));
        await chmod(folder, 0o755);
        await buildBundles(join(folder, 'dist'));
        await mkdir(join(folder, 'work'));
        // The charts as they are, and those of the next version.
        await cp(join(checkout, 'charts'), join(folder, 'charts'), { recursive: true });
        next = join(folder, 'next');
        await cp(join(checkout, 'charts'), join(next, 'charts'), { recursive: true });
        for (const chart of ['hub', 'agent']) {
          const path = join(next, 'charts', chart, 'Chart.yaml');
          const text = await readFile(path, 'utf8');
          await writeFile(path, text.replace(/^(version|appVersion): .*$/gm, '$1: "0.9.9"'));
        }
        for (const file of ['ca.crt', 'server.crt', 'server.key']) await writeFile(join(folder, file), fixture(file));
        host = await startGitServer({ folder: join(folder, 'git'), auth: login });
        ends.push(() => host.close());
        const front = await tlsFront(Number(new URL(host.url).port));
        ends.push(() => front.close());
        const frontPort = (front.address() as AddressInfo).port;
        gitUrl = `https://127.0.0.1:${frontPort}`;
        for (const name of ['config', 'ledger', 'channel']) await host.create(name);
        const work = join(folder, 'work');
        await git(work, 'init', '--quiet', '--initial-branch=main');
        await git(work, 'remote', 'add', 'origin', join(folder, 'git', 'config.git'));
        await git(work, 'commit', '--quiet', '--allow-empty', '--message', 'begin');
        await git(work, 'push', '--quiet', 'origin', 'HEAD:main');
        hubPort = await freePort();
        hubUrl = `https://127.0.0.1:${hubPort}`;
        site = await startSite({
          name: 'site-1',
          binaries,
          folder,
          dist: join(folder, 'dist'),
          ports: [hubPort, frontPort],
        });
        ends.push(() => site.close());
      });
      afterAll(async () => {
        for (const end of ends.reverse()) await end();
      });

      it('is installed as the guide says, and keeps its repositories on the host', async () => {
        // `sluice-hub` is the first word of the block; it runs from the checkout.
        const commands = block('sluice-hub init');
        const [init, ...rest] = commands.split('\n');
        expect(init).toBe('sluice-hub init --data hub');
        const made = await runCommand(['hub/main.ts', 'init', '--data', join(folder, 'hub')]);
        expect(made.status).toBe(0);
        const tls = 'kubectl -n sluice create secret tls tls --cert=server.crt --key=server.key';
        const here = `--set port=${hubPort} --set tls.existingSecret=tls --set-file ca.pem=ca.crt`;
        const lines = rest.join('\n').replace('helm install', `${tls}\nhelm install`);
        expect(await shell(`${lines} ${here}`, folder)).toContain('The Sluice hub is installed in namespace sluice');
        const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
        const headers = { 'content-type': 'application/merge-patch+json' };
        const body = JSON.stringify({ metadata: { labels } });
        await sendOk(site.cluster.admin, { method: 'PATCH', path: '/api/v1/namespaces/sluice', body, headers });
        await startHub();
        ends.push(() => hub.stop('SIGKILL'));
        for (const [name, ref] of [
          ['ledger', 'refs/heads/'],
          ['channel', 'refs/heads/main'],
        ] as const) {
          await until(`the ${name} on the host`, async () => {
            const refs = await git(folder, 'ls-remote', join(folder, 'git', `${name}.git`));
            return refs.includes(ref) ? true : undefined;
          });
        }
      });

      it('lets a cluster in, whose agent pulls from the host', async () => {
        const joined = await run('cluster', 'join', 'site-1', '--labels', 'env=prod', '--out', '-');
        expect(joined.stderr).toBe('');
        await writeFile(join(folder, 'site-1.join'), joined.stdout);
        await shell(
          `kubectl create namespace sluice-system
         kubectl -n sluice-system create secret generic git --from-literal=token=PUSH-TOKEN
         helm install sluice-agent charts/agent -n sluice-system --set-file join=site-1.join \\
           --set channel.existingSecret=git --set-file ca.pem=ca.crt`,
          folder,
        );
        await site.start();
        await deliver(
          { 'shop.yaml': shop('example/shop:1'), 'deploy.yaml': shopDeployment([['shop-v1', 100]]) },
          'default/shop',
        );
        expect(host.requests.some((line) => line.startsWith('POST /channel.git/git-upload-pack'))).toBe(true);
        expect(await git(folder, 'ls-remote', join(folder, 'git', 'channel.git'))).toContain(
          'refs/heads/clusters/site-1',
        );
      });

      it('is upgraded as the guide says, hub and agent; nothing that runs restarts, and nothing is published for it', async () => {
        const before = await identities(site);
        const pods = await hubPods();
        const [ofHub, ofAgent, ...more] = block(
          'helm upgrade sluice-hub charts/hub -n sluice --reset-then-reuse-values\n',
        ).split('\n');
        expect(more).toEqual([]);
        await shell(ofHub!, next);
        expect(await hub.stop()).toBe(0);
        await startHub();
        expect(await hubPods()).not.toEqual(pods);
        await shell(ofAgent!, next);
        expect(await site.agent().stop()).toBe(0);
        await site.start();
        const deployment = await site.get('/apis/apps/v1/namespaces/sluice-system/deployments/sluice-agent');
        expect(JSON.stringify(deployment['spec'])).toContain('sluice-agent:0.9.9');
        await until('the status to be complete again', async () => {
          const row = rowOf(await status(), 'default/shop', 'site-1');
          return row?.applied === true && row.health === 'Healthy' && row.generation === generation ? true : undefined;
        });
        expect(await identities(site)).toEqual(before);
        await deliver({ 'settings.yaml': settings(1) }, 'default/settings');
      });

      it('comes back from the host on an empty disk, as the guide says', async () => {
        const before = await identities(site);
        await shell(block('helm upgrade sluice-hub charts/hub -n sluice --reset-then-reuse-values \\\n'), next);
        expect(await hub.stop()).toBe(0);
        await rm(join(folder, 'claims'), { recursive: true });
        await startHub();
        expect(await identities(site)).toEqual(before);
        await deliver({ 'settings.yaml': settings(2) }, 'default/settings');
        expect(await site.view.get(map('settings'))).toMatchObject({ data: { value: '2' } });
        const clusters = await until('the cluster to be settled', async () => {
          const now = (await status()).clusters;
          return now.every(({ settled }) => settled) ? now : undefined;
        });
        expect(clusters).toMatchObject([{ name: 'site-1', state: 'joined', unexplained: 0 }]);
      });
    });
  },
);
