import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateCommand } from '../../../../hub/cli/validate.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { runCli } from '../../../../shared/adapters/cli.ts';
import { hubFactsOf, listRegistered } from '../../../../hub/operations/facts.ts';
import { enrolledCluster, stateOf } from '../../../fixtures/hub/status.ts';
import { fakeCli } from '../../../fakes/hub-cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-validate-'));
  await mkdir(join(folder, 'chart'));
  const files = {
    'web.yaml':
      'kind: Application\nmetadata: { name: web }\nspec:\n  components:\n    - name: web\n      type: webservice\n      properties: { image: "a:1", imgae: b, replicas: many }\n',
    'chart/service.yaml': 'kind: Service\nmetadata: { name: {{ .Values.name }} }\n',
    'other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other }\n',
    'hub.json': '{ "source": { "exclude": ["chart/**", "hub.json"] } }',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
});
afterAll(() => rm(folder, { recursive: true }));

async function validate(...args: readonly string[]) {
  const cli = fakeCli(() => null);
  const context = { ...cli.context, clock: systemClock };
  const program = { name: 'sluice-hub', description: '', version: '1', commands: [validateCommand], context };
  const status = await runCli(program, ['validate', folder, ...args], context.terminal);
  return { status, ...cli.text };
}

describe('validate', () => {
  it('tells of a template of a chart how to leave it out', async () => {
    const { status, out } = await validate();
    expect(status).toBe(3);
    expect(out).toMatch(/chart\/service\.yaml:\d+:\d+; .*--exclude/);
  });

  it.each([
    ['--exclude', ['--exclude', 'chart/**', 'hub.json']],
    ['--paths', ['--paths', 'web.yaml', 'other.yaml']],
    ['the configuration of the hub', ['--config', 'hub.json']],
  ])('reads what is told by %s, and tells all that is wrong with properties', async (_, args) => {
    const { status, out, err } = await validate(
      ...args.map((arg) => (arg === 'hub.json' && args[0] === '--config' ? join(folder, arg) : arg)),
    );
    expect(status).toBe(3);
    expect(out.match(/^error\[(UNKNOWN_FIELD|DOCUMENT_INVALID)\]/gm)).toHaveLength(2);
    expect(out).not.toContain('chart/service.yaml');
    expect(err).toContain("1 document is not Sluice's");
  });

  it('prints an array of all problems for --json', async () => {
    const { status, out } = await validate('--json', '--exclude', 'chart/**', 'hub.json');
    expect(status).toBe(3);
    expect(JSON.parse(out)).toMatchObject([
      { severity: 'error', path: 'web.yaml', line: 7, app: 'default/web' },
      { severity: 'error', path: 'web.yaml', line: 7, app: 'default/web' },
      { severity: 'warning', code: 'LOCAL_CLUSTER_UNSET', path: 'web.yaml', line: 2 },
    ]);
  });

  it.each([
    ['is assumed', [], 1],
    ['is named', ['--local', 'desk'], 0],
  ])('says once that the local cluster %s', async (_, args, count) => {
    const { out } = await validate('--paths', 'web.yaml', ...args);
    expect(out.match(/LOCAL_CLUSTER_UNSET/g) ?? []).toHaveLength(count);
  });

  it('makes what is skipped an error for --strict', async () => {
    const { status, out } = await validate('--strict', '--paths', 'other.yaml');
    expect(status).toBe(3);
    expect(out).toMatch(/^error\[UNKNOWN_KIND\] not a document of Sluice: .*; other\.yaml:1:1; /);
  });

  it('asks the hub that is named what it knows, page by page', async () => {
    await writeFile(join(folder, 'token'), 'secret\n', { mode: 0o600 });
    const facts = hubFactsOf({ state: () => stateOf([enrolledCluster('prod-1')]), localCluster: 'prod-1' });
    const { clusters } = listRegistered({ state: () => stateOf([enrolledCluster('prod-1')]) }, {});
    const pages: Readonly<Record<string, unknown[]>> = {
      '/v1/facts': [facts],
      '/v1/facts/documents': [
        { documents: [], next: 'Application default/a' },
        { documents: [], next: null },
      ],
      '/v1/facts/clusters': [
        { clusters, next: 'prod-1' },
        { clusters: [], next: null },
      ],
      '/v1/facts/revisions': [
        { revisions: {}, next: 'default/a' },
        { revisions: {}, next: null },
      ],
      '/v1/bundles': [
        { bundles: [], next: 'a' },
        { bundles: [], next: null },
      ],
    };
    const cli = fakeCli(({ url }) => pages[new URL(url).pathname]?.shift());
    const context = { ...cli.context, clock: systemClock };
    const program = { name: 'sluice-hub', description: '', version: '1', commands: [validateCommand], context };
    const flags = ['--paths', 'web.yaml', '--hub', 'https://hub.example', '--token-file', join(folder, 'token')];
    expect(await runCli(program, ['validate', folder, ...flags], context.terminal)).toBe(3);
    expect(cli.requests.map(({ url }) => url)).toEqual([
      'https://hub.example/v1/facts',
      'https://hub.example/v1/facts/documents?after=',
      'https://hub.example/v1/facts/documents?after=Application+default%2Fa',
      'https://hub.example/v1/facts/clusters?after=',
      'https://hub.example/v1/facts/clusters?after=prod-1',
      'https://hub.example/v1/facts/revisions?after=',
      'https://hub.example/v1/facts/revisions?after=default%2Fa',
      'https://hub.example/v1/bundles?after=',
      'https://hub.example/v1/bundles?after=a',
    ]);
    expect(cli.requests[0]?.headers).toMatchObject({ authorization: 'Bearer secret' });
    expect(cli.text.out).not.toContain('LOCAL_CLUSTER_UNSET');
  });

  it('has in docs/ci.md only options that there are', async () => {
    const text = await readFile(new URL('../../../../docs/ci.md', import.meta.url), 'utf8');
    const known = Object.values(validateCommand.options).map(({ flag }) => flag.split(' ')[0]);
    const used = [...text.matchAll(/sluice-hub validate[^\n]*/g)].flatMap(([line]) => line.match(/--[a-z-]+/g) ?? []);
    expect(used.length).toBeGreaterThan(2);
    expect(used.filter((flag) => !known.includes(flag))).toEqual([]);
  });
});
