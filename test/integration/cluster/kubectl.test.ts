import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type EmbeddedCluster } from '../../lab/cluster/cluster.ts';
import { kubectlPath } from '../../config/tools.ts';

const kubectl = await kubectlPath();

const manifest = (image: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: main, image: "${image}" }] }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: default }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: default }
spec: { hosts: [web.example.com], http: [{ route: [{ destination: { host: web } }] }] }
`;

describe.skipIf(kubectl === null)('the real kubectl and an embedded cluster', () => {
  let cluster: EmbeddedCluster;
  let folder: string;
  let file: string;

  const env = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], HOME: folder, KUBECONFIG: cluster.kubeconfig });
  const run = (...args: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      execFile(kubectl ?? '', args, { env: env() }, (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
      });
    });
  /** Columns of the lines of a table. */
  const cells = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => line.split(/\s{2,}/));

  beforeAll(async () => {
    cluster = await startCluster({ name: 'kubectl', crds: ['istio', 'gateway-api'], readyDelayMs: 1 });
    folder = await mkdtemp(join(tmpdir(), 'sluice-kubectl-'));
    file = join(folder, 'web.yaml');
    await writeFile(file, manifest('nginx:1'));
  });
  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('applies on the server: creates, changes nothing, and changes', async () => {
    const apply = () => run('apply', '--server-side', '-f', file);
    const said = 'deployment.apps/web serverside-applied\nservice/web serverside-applied\n';
    const all = `${said}virtualservice.networking.istio.io/web serverside-applied\n`;
    expect(await apply()).toEqual({ status: 0, stdout: all, stderr: '' });
    const version = async () => (await run('get', 'deployment', 'web', '-o', 'jsonpath={.metadata.generation}')).stdout;
    const before = await version();
    expect(await apply()).toMatchObject({ status: 0 });
    expect(await version()).toBe(before);
    await writeFile(file, manifest('nginx:2'));
    expect(await apply()).toMatchObject({ status: 0 });
    expect(await version()).toBe(String(Number(before) + 1));
    const image = await run('get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}');
    expect(image.stdout).toBe('nginx:2');
  });

  it('is told of a conflict with another manager, field by field', async () => {
    const other = await run('apply', '--server-side', '--field-manager', 'somebody', '-f', file, '--dry-run=server');
    expect(other.status).toBe(0);
    await writeFile(file, manifest('nginx:3'));
    const conflict = await run('apply', '--server-side', '--field-manager', 'somebody', '-f', file);
    expect(conflict.status).toBe(1);
    expect(conflict.stderr).toContain('conflict with "kubectl"');
    expect(conflict.stderr).toContain('.spec.template.spec.containers[name="main"].image');
    await writeFile(file, manifest('nginx:2'));
  });

  it('waits until a Deployment is rolled out', async () => {
    const rolled = await run('rollout', 'status', 'deployment/web', '--timeout=20s');
    expect(rolled).toMatchObject({ status: 0, stderr: '' });
    expect(rolled.stdout).toContain('deployment "web" successfully rolled out');
  });

  it('gets tables with the columns of each kind', async () => {
    const [head, row] = cells((await run('get', 'deployment', 'web')).stdout);
    expect(head).toEqual(['NAME', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'AGE']);
    expect(row?.slice(0, 4)).toEqual(['web', '2/2', '2', '2']);
    const [pods, ...each] = cells((await run('get', 'pods', '-l', 'app=web')).stdout);
    expect(pods?.slice(0, 3)).toEqual(['NAME', 'READY', 'STATUS']);
    expect(each.map(([, ready, status]) => [ready, status])).toEqual([
      ['1/1', 'Running'],
      ['1/1', 'Running'],
    ]);
    const [services, service] = cells((await run('get', 'services', 'web')).stdout);
    expect(services).toEqual(['NAME', 'TYPE', 'CLUSTER-IP', 'EXTERNAL-IP', 'PORT(S)', 'AGE']);
    expect(service?.[4]).toBe('80/TCP');
    expect((await run('get', 'virtualservices,deployments,services', '-o', 'name')).stdout).toContain(
      'virtualservice.networking.istio.io/web\ndeployment.apps/web\n',
    );
    expect(await run('get', 'deployment', 'nobody')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'Error from server (NotFound): deployments.apps "nobody" not found\n',
    });
  });

  it('watches: what is there first, then each change as it comes', async () => {
    const child = spawn(kubectl ?? '', ['get', 'deployment', 'web', '-w', '--no-headers'], {
      env: env(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const seen: string[] = [];
    const waiting = new Set<() => void>();
    createInterface({ input: child.stdout }).on('line', (line) => {
      seen.push(line.split(/\s{2,}/)[1] ?? '');
      for (const look of waiting) look();
    });
    const until = (ready: string): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (seen.at(-1) !== ready) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    await until('2/2');
    const scaled = await run('scale', 'deployment', 'web', '--replicas=3');
    expect(scaled).toEqual({ status: 0, stdout: 'deployment.apps/web scaled\n', stderr: '' });
    await until('3/3');
    expect(seen[0]).toBe('2/2');
    expect(seen).toContain('2/3');
    expect(await run('scale', 'deployment', 'web', '--replicas=1', '--current-replicas=2')).toMatchObject({
      status: 1,
    });
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  });

  it('deletes, and waits until it is gone', async () => {
    const deleted = await run('delete', 'deployment,service', 'web', '--timeout=20s');
    expect(deleted).toMatchObject({ status: 0, stderr: '' });
    expect(deleted.stdout).toContain('deployment.apps "web" deleted');
    expect(await run('get', 'pods', '-l', 'app=web')).toMatchObject({ stdout: '' });
    expect((await run('get', 'deployments')).stderr).toBe('No resources found in default namespace.\n');
    expect(await run('delete', '-f', file, '--ignore-not-found', '--timeout=20s')).toMatchObject({ status: 0 });
    expect((await run('get', 'virtualservices')).stderr).toBe('No resources found in default namespace.\n');
  });
});
