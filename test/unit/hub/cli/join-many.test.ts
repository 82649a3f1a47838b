import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterCommands } from '../../../../hub/cli/cluster.ts';
import { dataFiles, writeAddress } from '../../../../hub/config/data-folder.ts';
import { runCli } from '../../../../shared/adapters/cli.ts';
import { SluiceError } from '../../../../shared/errors.ts';
import { by } from '../../../../shared/lib/order.ts';
import { joinLine } from '../../../../shared/wire/join.ts';
import { fakeCli } from '../../../fakes/hub-cli.ts';
import { newFolders } from '../../../fixtures/hub/data-folder.ts';
import { channel, registrationOf } from '../../../fixtures/hub/facts.ts';

const expires = '2026-03-02T12:00:00.000Z';
const lineOf = (cluster: string) =>
  joinLine({
    ...{ format: 1, channel, url: 'https://git.example.com/channel.git', hub: 'https://hub.example.com' },
    ...{ registration: registrationOf(cluster), cluster, rootFingerprint: `sha256:${'0'.repeat(64)}` },
    ...{ minimumGeneration: 0, token: Buffer.alloc(32).toString('base64'), expires },
  });

let folders: Awaited<ReturnType<typeof newFolders>>;
let out: string;
beforeEach(async () => {
  folders = await newFolders();
  await mkdir(folders.data);
  await writeFile(join(folders.data, dataFiles.adminToken), 'secret\n');
  await writeAddress(folders.data, 'http://127.0.0.1:1', null);
  out = join(folders.folder, 'joins');
  await mkdir(out);
});
afterEach(() => folders.remove());

interface Asked {
  readonly name: string;
  readonly labels: unknown;
  readonly reports: boolean;
}

/** Runs `cluster join --from` with a list; the hub refuses the clusters that are named. */
async function joined(list: string, options: readonly string[] = [], refused: readonly string[] = []) {
  const file = join(folders.folder, 'list');
  await writeFile(file, list);
  const second = Promise.withResolvers<undefined>();
  let [open, most] = [0, 0];
  const bodies: Asked[] = [];
  const cli = fakeCli(async ({ body }) => {
    const asked = JSON.parse(Buffer.from(body ?? []).toString()) as Asked;
    bodies.push(asked);
    most = Math.max(most, ++open);
    // The first is answered once the hub has another one in hand.
    if (bodies.length === 2) second.resolve(undefined);
    else if (bodies.length === 1 && list.includes('\n')) await second.promise;
    open--;
    if (refused.includes(asked.name)) throw new SluiceError('EXISTS', 'a cluster of this name has an agent');
    return { name: asked.name, registration: registrationOf(asked.name), line: lineOf(asked.name), expires };
  });
  const { context } = cli;
  const program = { name: 'sluice-hub', description: '', version: '1', commands: [clusterCommands], context };
  const args = ['cluster', 'join', '--from', file, '--data', folders.data, '--out', out, ...options];
  const status = await runCli(program, args, context.terminal);
  // Requests that are under way together arrive in any order.
  return { status, ...cli.text, bodies: bodies.sort(by(({ name }) => name)), most };
}

describe('cluster join --from', () => {
  it('registers each cluster of the list and writes its join file for its owner alone', async () => {
    const said = await joined('edge-1 env=prod\nedge-2\n', ['--no-reports']);
    expect([said.status, said.err]).toEqual([0, '']);
    expect(said.bodies).toMatchObject([
      { name: 'edge-1', labels: { env: 'prod' }, reports: false },
      { name: 'edge-2', labels: null, reports: false },
    ]);
    for (const name of ['edge-1', 'edge-2']) {
      expect(await readFile(join(out, `${name}.join`), 'utf8')).toBe(`${lineOf(name)}\n`);
      expect((await stat(join(out, `${name}.join`))).mode & 0o777).toBe(0o600);
    }
    expect(said.out.split('\n').slice(0, 3)).toEqual([
      `cluster edge-1 is registered; its join file is ${join(out, 'edge-1.join')}`,
      `cluster edge-2 is registered; its join file is ${join(out, 'edge-2.join')}`,
      `2 of 2 join files were written (secrets, valid until ${expires})`,
    ]);
    // A secret is in its file, and nowhere else.
    expect(said.out).not.toContain(lineOf('edge-1'));
  });

  it('gives labels to all, and to each its own', async () => {
    const { bodies } = await joined('a\nb zone=b', ['--labels', 'zone=a,env=prod']);
    expect(bodies.map(({ labels }) => labels)).toEqual([
      { zone: 'a', env: 'prod' },
      { zone: 'b', env: 'prod' },
    ]);
  });

  it('answers each line, in their order: one that is refused stops no other', async () => {
    await writeFile(join(out, 'c.join'), 'another secret');
    const said = await joined('a\nb\nc\nd', [], ['b']);
    expect(said.status).toBe(new SluiceError('EXISTS', '').exitCode);
    expect(said.err.split('\n').map((line) => line.split(';')[0])).toEqual([
      'cluster b: error[EXISTS] a cluster of this name has an agent',
      'cluster c: error[EXISTS] this file exists',
      '',
    ]);
    expect(said.out).toContain('2 of 4 join files were written');
    // No token is made for a file that is there.
    expect(said.bodies.map(({ name }) => name)).toEqual(['a', 'b', 'd']);
    expect(await readFile(join(out, 'c.join'), 'utf8')).toBe('another secret');
    expect((await readdir(out)).sort()).toEqual(['a.join', 'c.join', 'd.join']);
  });

  it('asks for many at a time, and not for all', async () => {
    const said = await joined(Array.from({ length: 100 }, (_, i) => `c${i}`).join('\n'));
    expect(said.bodies).toHaveLength(100);
    expect(said.most).toBeGreaterThan(1);
    expect(said.most).toBeLessThanOrEqual(32);
  });

  it.each<[what: string, list: string, options: readonly string[], code: string]>([
    ['a list that is wrong', 'a\nB', [], 'NAME_INVALID'],
    ['a name beside it', 'a', ['edge'], 'USAGE'],
    ['--replace', 'a', ['--replace'], 'USAGE'],
    ['--rekey', 'a', ['--rekey'], 'USAGE'],
    ['--registration', 'a', ['--registration', registrationOf('a')], 'USAGE'],
    ['standard output', 'a', ['--out', '-'], 'USAGE'],
    ['a list that is not there', 'a', ['--from', 'nowhere'], 'USAGE'],
  ])('asks the hub for nothing with %s', async (_, list, options, code) => {
    const said = await joined(list, options);
    expect([said.err.split(']')[0], said.bodies]).toEqual([`error[${code}`, []]);
  });
});
