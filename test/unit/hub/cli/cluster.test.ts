import { channel, registrationOf } from '../../../fixtures/hub/facts.ts';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterCommands } from '../../../../hub/cli/cluster.ts';
import { dataFiles, writeAddress } from '../../../../hub/config/data-folder.ts';
import { runCli } from '../../../../shared/adapters/cli.ts';
import { joinLine } from '../../../../shared/wire/join.ts';
import { fakeCli } from '../../../fakes/hub-cli.ts';
import { newFolders } from '../../../fixtures/hub/data-folder.ts';

const expires = '2026-03-02T12:00:00.000Z';
const line = joinLine({
  ...{ format: 1, channel, url: 'https://git.example.com/channel.git', hub: 'https://hub.example.com' },
  ...{ registration: registrationOf('edge'), cluster: 'edge', rootFingerprint: `sha256:${'0'.repeat(64)}` },
  ...{ minimumGeneration: 0, token: Buffer.alloc(32).toString('base64'), expires },
});

let folders: Awaited<ReturnType<typeof newFolders>>;
beforeEach(async () => {
  folders = await newFolders();
  await mkdir(folders.data);
  await writeFile(join(folders.data, dataFiles.adminToken), 'secret\n');
  await writeAddress(folders.data, 'http://127.0.0.1:1', null);
});
afterEach(() => folders.remove());

const registered = {
  ...{
    name: 'edge',
    registration: registrationOf('edge'),
    labels: {},
    capabilities: null,
    state: 'joined',
    reports: true,
  },
  ...{
    generation: 1,
    acceptedGeneration: 1,
    settled: true,
    kubernetes: null,
    agent: null,
    conditions: [],
    unexplained: 0,
  },
  ...{ survivors: 0, stuck: [], reportedAt: null, ageSeconds: null, stale: false },
};

/** Runs `sluice-hub cluster ...` against a hub with this answer and one cluster. */
async function cluster(answer: unknown, ...args: readonly string[]) {
  const cli = fakeCli(({ method }) => (method === 'GET' ? { clusters: [registered] } : answer));
  const program = {
    name: 'sluice-hub',
    description: '',
    version: '1',
    commands: [clusterCommands],
    context: cli.context,
  };
  const status = await runCli(program, ['cluster', ...args, '--data', folders.data], cli.context.terminal);
  const changes = cli.requests.filter(({ method }) => method !== 'GET');
  const bodies = changes.map(({ body }) => JSON.parse(Buffer.from(body ?? []).toString() || 'null') as unknown);
  const read = cli.requests.filter(({ method }) => method === 'GET').map(({ url }) => new URL(url).search);
  return { status, ...cli.text, urls: changes.map(({ url }) => new URL(url).pathname), bodies, read };
}

describe('cluster join', () => {
  const answer = { name: 'edge', registration: registrationOf('edge'), line, expires };
  const file = () => join(folders.folder, 'edge.join');

  it('asks for what its options say, and writes the join file for its owner alone', async () => {
    const options = ['--labels', 'env=prod,zone=a', '--capabilities', 'istio', '--no-reports', '--replace'];
    const said = await cluster(answer, 'join', 'edge', '--out', file(), ...options);
    expect([said.status, said.err]).toEqual([0, '']);
    expect(said.bodies).toEqual([
      {
        ...{ name: 'edge', labels: { env: 'prod', zone: 'a' }, capabilities: { istio: true } },
        ...{ replace: true, rekey: false, reports: false, transport: null, channelUrl: null },
        registration: registrationOf('edge'),
      },
    ]);
    expect(await readFile(file(), 'utf8')).toBe(`${line}\n`);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(said.out).toContain(`its join file is ${file()} (a secret, valid until ${expires})`);
  });

  it('prints the line alone with --out -', async () => {
    expect(await cluster(answer, 'join', 'edge', '--out', '-')).toMatchObject({ status: 0, out: `${line}\n` });
  });

  it('asks for a name, or a list', async () => {
    const said = await cluster(answer, 'join');
    expect([said.err, said.urls]).toEqual([
      'error[USAGE] no cluster is named; name one, or give a list with --from\n',
      [],
    ]);
  });

  it.each([
    ['a file that is there', () => writeFile(file(), 'another secret'), [], 'EXISTS'],
    ['a label without a value', () => undefined, ['--labels', 'env'], 'USAGE'],
    ['an unknown capability', () => undefined, ['--capabilities', 'magic'], 'USAGE'],
  ])('asks for no token with %s', async (_, prepare, options, code) => {
    await prepare();
    const said = await cluster(answer, 'join', 'edge', '--out', file(), ...options);
    expect([said.err.split(']')[0], said.urls]).toEqual([`error[${code}`, []]);
  });
});

describe('cluster remove', () => {
  it.each([
    [[], 'leaving', { mode: 'orphan', forget: false }, 'leaves with its next bundle (workloads: orphan)'],
    [
      ['--delete-workloads'],
      'leaving',
      { mode: 'delete', forget: false },
      'leaves with its next bundle (workloads: delete)',
    ],
    [['--forget'], 'gone', { mode: 'orphan', forget: true }, 'is gone from the registry'],
  ])('with %j says what happens to the cluster', async (options, state, body, outcome) => {
    const said = await cluster({ name: 'edge', state }, 'remove', 'edge', ...options);
    const bodies = [{ ...body, registration: registrationOf('edge') }];
    expect(said).toMatchObject({ status: 0, urls: ['/v1/clusters/edge/remove'], bodies, read: ['?name=edge'] });
    expect(said.out).toBe(`cluster edge ${outcome}\n`);
  });
});

describe('cluster set', () => {
  it('says which format the agent reads, and shows it', async () => {
    const said = await cluster({ ...registered, reads: 2 }, 'set', 'edge', '--reads', '2');
    expect(said).toMatchObject({ status: 0, urls: ['/v1/clusters/edge/set'] });
    expect(said.bodies).toEqual([{ reads: 2, registration: registrationOf('edge') }]);
    expect(said.out).toMatch(/READS/);
  });

  it.each([[[]], [['--reads', '0']], [['--reads', 'x']], [['--reads', '1.5']]])(
    'asks for nothing with %j',
    async (args) => {
      const said = await cluster(registered, 'set', 'edge', ...args);
      expect([said.err.split(']')[0], said.urls]).toEqual(['error[USAGE', []]);
    },
  );
});

describe('commands that decide about a cluster', () => {
  const commands: [what: string, args: readonly string[], answer: unknown][] = [
    ['labels', ['labels', 'edge', 'env=prod'], registered],
    ['set', ['set', 'edge', '--reads', '2'], registered],
    ['revoke', ['revoke', 'edge'], registered],
    ['remove', ['remove', 'edge'], { name: 'edge', state: 'leaving' }],
    ['join --replace', ['join', 'edge', '--replace', '--out', '-'], { name: 'edge', registration: 'x', line, expires }],
    ['join --rekey', ['join', 'edge', '--rekey', '--out', '-'], { name: 'edge', registration: 'x', line, expires }],
  ];

  it.each(commands)('say which one they saw: %s', async (_, args, answer) => {
    const said = await cluster(answer, ...args);
    expect([said.err, said.read, said.bodies]).toEqual([
      '',
      ['?name=edge'],
      [expect.objectContaining({ registration: registrationOf('edge') })],
    ]);
  });

  it.each(commands)('say which one was meant: %s', async (_, args, answer) => {
    const said = await cluster(answer, ...args, '--registration', registrationOf('other'));
    expect([said.read, said.bodies]).toEqual([
      [],
      [expect.objectContaining({ registration: registrationOf('other') })],
    ]);
  });

  it('say nothing of a name that is free, or whose cluster stays what it is', async () => {
    const free = { name: 'new', state: 'gone' };
    expect(await cluster(free, 'remove', 'new')).toMatchObject({ bodies: [{ mode: 'orphan', forget: false }] });
    const joined = { name: 'edge', registration: 'x', line, expires };
    expect((await cluster(joined, 'join', 'edge', '--out', '-')).read).toEqual([]);
  });
});
