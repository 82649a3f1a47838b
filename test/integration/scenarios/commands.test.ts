import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHubCli } from '../../../hub/cli/program.ts';
import { applicationYaml, clustersYaml, deploymentYaml } from '../../lab/demo/documents.ts';
import type { CommandResult } from '../../lab/demo/program.ts';
import { git } from '../../fakes/git.ts';
import { fakeTerminal } from '../../fakes/terminal.ts';

let folder: string;

/** Runs `sluice-hub ARGS` in a folder. */
async function hub(...args: readonly string[]): Promise<CommandResult> {
  let [stdout, stderr] = ['', ''];
  const terminal = fakeTerminal(
    (text) => (stdout += text),
    (text) => (stderr += text),
    { path: (path) => resolve(folder, path) },
  );
  return { status: await runHubCli(args, terminal, AbortSignal.timeout(60_000)), stdout, stderr };
}

/** What `render -o json` prints. */
interface Rendered {
  readonly clusters: readonly {
    readonly name: string;
    readonly objects: readonly { kind: string; metadata: { name: string }; spec: Record<string, unknown> }[];
  }[];
  readonly problems: readonly { readonly code: string }[];
}

const two = deploymentYaml([
  { name: 'example-app-v1', weight: 50 },
  { name: 'example-app-v2', weight: 50 },
]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-commands-'));
  await mkdir(join(folder, 'plain'));
  await git(folder, 'init', '--quiet', '--initial-branch=main', 'work');
  for (const image of ['v1', 'v2']) {
    await writeFile(join(folder, 'work', 'app.yaml'), applicationYaml(`example/testsvc:${image}`));
    await git(join(folder, 'work'), 'add', '--all');
    await git(join(folder, 'work'), 'commit', '--quiet', '--message', image);
  }
  for (const name of ['work', 'plain']) {
    await writeFile(join(folder, name, 'app.yaml'), applicationYaml('example/testsvc:v2'));
    await writeFile(join(folder, name, 'deploy.yaml'), two);
    await writeFile(join(folder, name, 'clusters.yaml'), clustersYaml);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('sluice-hub on a folder', { timeout: 60_000 }, () => {
  it('validates forty broken files with one line for each problem, and exit 3', async () => {
    const broken = resolve(import.meta.dirname, '../../fixtures/broken');
    const { status, stdout, stderr } = await hub('validate', broken);
    expect([status, stderr]).toEqual([3, '']);
    const lines = stdout.trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^(error|warning)\[[A-Z_]+\] .+/);
    const files = (await readdir(broken, { recursive: true })).filter((name) => /\.ya?ml$/.test(name));
    expect(files.length).toBeGreaterThanOrEqual(40);
    for (const file of files) expect(stdout, file).toContain(file);
  });

  it('renders both revisions of a Git repository as semantics.md says', async () => {
    const { status, stdout, stderr } = await hub('render', 'work', '-o', 'json');
    expect([status, stderr]).toEqual([0, '']);
    const { clusters, problems } = JSON.parse(stdout) as Rendered;
    expect(problems).toEqual([]);
    const seen = clusters.map(({ name, objects }) => [
      name,
      objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort(),
      objects.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => spec['replicas']),
    ]);
    const workloads = ['Deployment/testsvc-v1', 'Deployment/testsvc-v2'];
    const services = ['Service/example-app-v1', 'Service/example-app-v2'];
    expect(seen).toEqual([
      ['edge-1', [...workloads, 'HTTPRoute/example-app-deploy', ...services], [3, 3]],
      ['local', [...workloads, 'Ingress/example-app-deploy', 'Service/example-app', ...services], [5, 5]],
      ['prod-cluster-1', [...workloads, ...services, 'VirtualService/example-app-deploy'], [5, 5]],
    ]);
    const istio = clusters[2]?.objects.find(({ kind }) => kind === 'VirtualService');
    expect(JSON.stringify(istio)).toMatch(/"example-app-v1".*"weight":50.*"example-app-v2".*"weight":50/);
  });

  it('says of a plain folder that an older revision is not there, and renders nothing wrong', async () => {
    const { status, stdout, stderr } = await hub('render', 'plain', '-o', 'json');
    expect(status).toBe(3);
    expect((JSON.parse(stdout) as Rendered).problems.map(({ code }) => code)).toContain('REVISION_NOT_FOUND');
    expect(stderr).toMatch(/error\[REVISION_NOT_FOUND\] .*plain folder/);
  });

  it('monorepo: validates and renders a clone in which templates and settings of others are, once it is told what to read', async () => {
    const origin = join(folder, 'monorepo');
    await cp(resolve(import.meta.dirname, '../../fixtures/field/monorepo'), origin, { recursive: true });
    await git(folder, 'init', '--quiet', '--initial-branch=main', origin);
    await git(origin, 'add', '--all');
    await git(origin, 'commit', '--quiet', '--message', 'begin');
    await git(folder, 'clone', '--quiet', `file://${origin}`, 'clone');
    const whole = await hub('validate', 'clone');
    expect(whole.status).toBe(3);
    expect(whole.stdout).toMatch(/charts\/x\/templates\/deploy\.yaml:\d+.*--exclude/);
    expect(whole.stdout).not.toContain('apps/hello.yaml');
    await writeFile(join(folder, 'hub.yaml'), 'source: { dir: clone, exclude: [charts, "**/tsconfig.json"] }\n');
    for (const selection of [
      ['--paths', 'apps'],
      ['--exclude', 'charts', '--exclude', 'web/tsconfig.json'],
      ['--config', 'hub.yaml'],
    ]) {
      const valid = await hub('validate', 'clone', ...selection);
      expect([selection, valid]).toEqual([selection, { status: 0, stdout: '', stderr: 'no problems\n' }]);
      const rendered = await hub('render', 'clone', ...selection, '-o', 'json');
      expect([rendered.status, rendered.stderr]).toEqual([0, '']);
      const { clusters } = JSON.parse(rendered.stdout) as Rendered;
      expect(clusters.map(({ name, objects }) => [name, objects.map(({ metadata }) => metadata.name)])).toEqual([
        ['c1', ['one']],
      ]);
    }
  });

  it('explains wrong usage in one line', async () => {
    for (const [args, status, line] of [
      [['rendr'], 2, /^error\[USAGE\] .*\n$/],
      [['render', 'missing'], 2, /^error\[USAGE\] there is no such folder; .*missing; name a folder.*\n$/],
      [['status', '--data', 'nowhere'], 7, /^error\[UNAVAILABLE\] no hub is running .*sluice-hub serve.*\n$/],
      [['cluster', 'join', 'x', '--labels', 'a', '--data', 'nowhere'], 2, /^error\[USAGE\] not a label; a; .*\n$/],
    ] as const) {
      const said = await hub(...args);
      expect([args, said.status, said.stderr.split('\n').length]).toEqual([args, status, 2]);
      expect(said.stderr).toMatch(line);
    }
  });
});
