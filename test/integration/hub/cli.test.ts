import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = new URL('../../../hub/main.ts', import.meta.url).pathname;
let folder: string;

const application = (weight: string) => `kind: Application
metadata: { name: web }
spec:
  components:
    - name: web
      type: webservice
      properties: { image: ${weight} }
`;

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: readonly string[]): Promise<Ran> {
  const env = { ...process.env, NO_COLOR: '1', COLUMNS: '80', npm_lifecycle_event: '' };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], { cwd: folder, env }, (_, stdout, stderr) => {
      resolve({ status: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
  await mkdir(join(folder, 'config'));
  await writeFile(join(folder, 'config', 'web.yaml'), application('nginx:1'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('sluice-hub without a hub', () => {
  it('says that none runs, and exits with 7', async () => {
    const { status, stdout, stderr } = await run('status', '--data', 'nowhere');
    expect([status, stdout]).toEqual([7, '']);
    expect(stderr).toMatch(/^error\[UNAVAILABLE\] no hub is running with this data folder; [^\n]+\n$/);
  });

  it.each([
    [['status', '-o', 'xml']],
    [['cluster', 'join', 'a', '--labels', 'nonsense', '--data', 'x']],
    [['serve', '--listen', 'here', 'config']],
    [['status', '--hub', 'http://127.0.0.1:1']],
    [['cluster', 'join', 'a', '--capabilities', 'magic']],
    [['approve', 'abc']],
    [['status', '--nope']],
    [['render', 'missing']],
    [['validate', 'missing/further']],
    [['render', 'config/web.yaml']],
    [['validate', 'https://git.example.com/config.git']],
  ])('exits with 2 for %j', async (args) => {
    const { status, stderr } = await run(...args);
    expect(stderr).toMatch(/^error\[USAGE\] [^\n]+\n$/);
    expect(status).toBe(2);
  });

  it('says which folder is not there', async () => {
    const { stderr } = await run('render', 'missing');
    expect(stderr).toBe(
      `error[USAGE] there is no such folder; ${join(folder, 'missing')}; name a folder or a Git work tree\n`,
    );
  });

  it('exits with 3 for a name that a cluster cannot have, before it asks the hub', async () => {
    const { status, stderr } = await run('cluster', 'join', 'Cluster_1', '--data', 'nowhere');
    expect(status).toBe(3);
    expect(stderr).toMatch(/^error\[NAME_INVALID\] the name "Cluster_1" is not allowed[^\n]+\n$/);
  });

  it('takes its data folder from the environment, and names the command whose help there is', async () => {
    const { stderr } = await run('status', '--nope');
    expect(stderr).toContain('see `sluice-hub status --help`');
    process.env['SLUICE_DATA'] = 'of-the-environment';
    try {
      expect((await run('status')).stderr).toContain(join(folder, 'of-the-environment'));
    } finally {
      delete process.env['SLUICE_DATA'];
    }
  });

  it('exits with 3 for a poll schedule that is none', async () => {
    const { status, stderr } = await run('serve', 'config', '--poll', 'often');
    expect([status, stderr]).toEqual([3, 'error[CONFIG_INVALID] not a cron expression; often\n']);
  });

  it('validates and renders a folder', async () => {
    const assumed = await run('validate', 'config');
    expect(assumed).toMatchObject({ status: 0, stderr: '' });
    expect(assumed.stdout).toMatch(/^warning\[LOCAL_CLUSTER_UNSET\] .*--local/);
    expect(await run('validate', 'config', '--local', 'local')).toMatchObject({
      status: 0,
      stdout: '',
      stderr: 'no problems\n',
    });
    const rendered = await run('render', 'config', '-o', 'json');
    const { clusters, problems } = JSON.parse(rendered.stdout) as { clusters: { name: string }[]; problems: [] };
    expect([rendered.status, clusters.map(({ name }) => name), problems]).toEqual([0, ['local'], []]);
    await writeFile(
      join(folder, 'broken.yaml'),
      'kind: Application\nmetadata: { name: web }\nspec: { components: [] }\n',
    );
    const broken = await run('validate', '.');
    expect(broken.status).toBe(3);
    expect(broken.stdout).toMatch(/^error\[DOCUMENT_INVALID\] [^\n]+; broken\.yaml:3:9/m);
    await rm(join(folder, 'broken.yaml'));
  });
});

describe('sluice-hub with a hub', () => {
  it('serves a folder, joins a cluster, shows it, and stops clean', async () => {
    const args = [main, 'serve', 'config', '--data', 'data', '--local', 'here', '--log-level', 'warn'];
    const hub = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      const [first] = (await once(createInterface(hub.stdout), 'line')) as [string];
      expect(first).toMatch(/^hub listens on http:\/\/127\.0\.0\.1:\d+$/);

      const joined = await run('cluster', 'join', 'here', '--data', 'data', '--labels', 'env=prod,tier=1');
      expect(joined.stdout).toContain('sluice-agent run --kubeconfig KUBECONFIG --join-file here.join');
      expect(joined.stdout).not.toContain('sluice1.');
      expect(await readFile(join(folder, 'here.join'), 'utf8')).toMatch(/^sluice1\.[\w-]+\n$/);
      for (const secret of [
        'here.join',
        'data/admin-token',
        'data/webhook-secret',
        'data/hub.url',
        'data/keys/hub.key',
      ]) {
        expect([secret, (await stat(join(folder, secret))).mode & 0o777]).toEqual([secret, 0o600]);
      }

      const again = await run('cluster', 'join', 'here', '--data', 'data');
      expect(again).toMatchObject({ status: 5, stdout: '' });
      expect(again.stderr).toMatch(/^error\[EXISTS\] /);

      const labelled = await run('cluster', 'labels', 'here', 'tier-', 'zone=a', '--data', 'data');
      expect(labelled.stdout).toContain('env=prod,zone=a');

      const status = await run('status', '--data', 'data');
      // The agent has not come: what runs there is not known.
      expect(status.status).toBe(11);
      expect(status.stdout).toMatch(
        /^APPLICATION +CLUSTER +REVISION +READY +TRAFFIC +HEALTH +SINCE\nweb +here +web-v1 /,
      );
      for (const form of [['-o', 'json'], ['--json']]) {
        const json = await run('status', '--data', 'data', ...form);
        expect(JSON.parse(json.stdout)).toMatchObject({ format: 1, summary: { applications: 1, clusters: 1 } });
      }
      const nope = await run('status', 'nope', '--data', 'data');
      expect(nope).toMatchObject({ status: 2, stdout: '' });
      expect(nope.stderr).toBe('error[USAGE] there is no application nope; one of: web\n');
      expect(await run('status', '--cluster', 'nope', '--data', 'data')).toMatchObject({ status: 2, stdout: '' });

      const revisions = await run('revisions', 'web', '--data', 'data');
      expect(revisions.stdout).toMatch(/^APPLICATION .*\nweb +web-v1 \(newest\) +- +\d+s +nginx:1 +here\n$/);
      expect(JSON.parse((await run('revisions', '--data', 'data', '--json')).stdout)).toMatchObject({
        applications: [{ application: 'default/web', revisions: [{ name: 'web-v1', clusters: ['here'] }] }],
      });
      const listed = await run('cluster', 'list', '--data', 'data', '-o', 'yaml');
      expect(listed.stdout).toContain('name: here');

      const unknown = await run('approve', 'ffffffffffff', '--data', 'data');
      expect(unknown.status).toBe(5);
      expect(unknown.stderr).toContain('see `sluice-hub status --data data`');
      expect((await run('cluster', 'revoke', 'there', '--data', 'data')).status).toBe(3);
    } finally {
      hub.kill('SIGTERM');
    }
    const [code] = (await once(hub, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect((await run('status', '--data', 'data')).status).toBe(7);
  });

  it('is administered through its data folder although its certificate names another host, of an authority nobody knows', async () => {
    const file = (name: string) => new URL(`../kube/fixtures/${name}`, import.meta.url).pathname;
    const tls = ['--tls-cert', file('server.crt'), '--tls-key', file('server.key')];
    // The certificate is for 127.0.0.1 among others: here it listens beside that.
    const args = [main, 'serve', 'config', '--data', 'tls', '--listen', '127.0.0.2:0', '--log-level', 'warn', ...tls];
    const hub = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      const [first] = (await once(createInterface(hub.stdout), 'line')) as [string];
      expect(first).toMatch(/^hub listens on https:\/\/127\.0\.0\.2:\d+$/);
      expect(await run('cluster', 'list', '--data', 'tls', '-o', 'json')).toMatchObject({ status: 0, stderr: '' });
      // Another server at its address is not the hub.
      await writeFile(join(folder, 'tls', 'hub.crt'), await readFile(file('client.crt')));
      expect(await run('cluster', 'list', '--data', 'tls')).toMatchObject({ status: 7, stdout: '' });
    } finally {
      hub.kill('SIGTERM');
    }
    await once(hub, 'exit');
  });
});
