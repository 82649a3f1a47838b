import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ledgerCommands } from '../../../../hub/cli/ledger.ts';
import { loadKeys } from '../../../../hub/keys/hub-keys.ts';
import { makeCommit, parseCommit } from '../../../../hub/model/commit.ts';
import { openPackStore } from '../../../../hub/store/packs/store.ts';
import { verifyLedger } from '../../../../hub/operations/verify-ledger.ts';
import { openVolume } from '../../../../hub/store/open-volume.ts';
import { readData } from '../../../../hub/store/read-data.ts';
import { fakeCli } from '../../../fakes/hub-cli.ts';
import { app, object } from '../../../fixtures/hub/plan.ts';
import { gitIn, joined, openHub, pass } from '../../../fixtures/hub/publish.ts';

let dir: string;
const archived = (volume: number, ...path: string[]) => join(dir, 'ledger-archive', `${volume}.git`, ...path);
const web = (version: string) =>
  app('web', ['Service/web', object('ConfigMap/web', { data: { version } })], { cluster: 'one' });
const verified = async (all = true) =>
  (await verifyLedger(dir, { all, archive: join(dir, 'ledger-archive') }, { readData, openVolume })).map((result) => [
    result.volume,
    result.state,
    result.state === 'broken' ? result.error.message : '',
  ]);

/** A ledger of three volumes: numbers 1 to 3, 4 to 6 and 7 to 8. */
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'verify-'));
  const hub = await openHub(dir);
  for (const version of ['v1', 'v2', 'v3']) {
    if (version !== 'v1') {
      await hub.retention.prepare();
      await hub.retention.run();
    }
    await pass(hub, [web(version)], joined('one'));
  }
  hub.close();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Changes a byte in the middle of each pack: an object may lie in two of them. */
function damage(folder: string): void {
  for (const pack of readdirSync(folder).filter((name) => name.endsWith('.pack'))) {
    const bytes = readFileSync(join(folder, pack));
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 0x55;
    writeFileSync(join(folder, pack), bytes);
  }
}

describe('a ledger that is verified', () => {
  it('is whole: the newest volume alone, or all of them', async () => {
    expect(await verified(false)).toEqual([[3, 'whole', '']]);
    expect(
      await verifyLedger(dir, { all: true, archive: join(dir, 'ledger-archive') }, { readData, openVolume }),
    ).toMatchObject([
      { volume: 3, first: 7, last: 8, commits: 2, isClosed: false },
      { volume: 2, first: 4, last: 6, commits: 3, isClosed: true },
      { volume: 1, first: 1, last: 3, commits: 3, isClosed: true },
    ]);
  });

  it.each<[what: string, harm: () => void, volume: number, why: RegExp]>([
    ['damaged packs', () => damage(archived(1, 'objects', 'pack')), 1, /./],
    [
      'another volume in its place',
      () => {
        rmSync(archived(2), { recursive: true });
        cpSync(archived(1), archived(2), { recursive: true });
      },
      2,
      /this is not its volume 2/,
    ],
    [
      'a volume that lost its last commit',
      () => gitIn(archived(2), 'update-ref', 'refs/heads/main', 'main~1'),
      2,
      /not its volume 2/,
    ],
    [
      'another commit that closed it',
      () => {
        const bare = archived(2);
        const text = gitIn(bare, 'cat-file', 'commit', 'main');
        const { sign } = loadKeys(join(dir, 'keys'));
        const [tree = '', parent = ''] = [/^tree (.*)$/m, /^parent (.*)$/m].map((line) => line.exec(text)?.[1]);
        const message = text.slice(text.indexOf('\n\n') + 2).trimEnd();
        const { body } = makeCommit({ tree, parent, time: 7, message }, sign);
        writeFileSync(join(dir, 'forged'), body);
        gitIn(
          bare,
          'update-ref',
          'refs/heads/main',
          gitIn(bare, 'hash-object', '-t', 'commit', '-w', join(dir, 'forged')),
        );
        gitIn(bare, 'repack', '-adFq', '--window=0');
      },
      2,
      /not its volume 2/,
    ],
    ['commits that are gone', () => rmSync(archived(2, 'objects', 'pack'), { recursive: true }), 2, /./],
  ])('is told from one with %s', async (_, harm, volume, why) => {
    harm();
    const broken = (await verified()).filter(([, state]) => state === 'broken');
    expect(broken).toEqual([[volume, 'broken', expect.stringMatching(why)]]);
  });

  it.each<[what: string, message: string]>([
    ['of another content', `forged\n\nChain: ${'0'.repeat(64)}\nNumber: 9`],
    ['that is missing', 'forged\n\nNumber: 9'],
  ])('is told from one with a signed commit and a chain %s', async (_, message) => {
    const keys = loadKeys(join(dir, 'keys'));
    const store = openPackStore(join(dir, 'ledger.git'));
    const ref = 'refs/heads/ledger/3';
    const parent = store.refs().get(ref) ?? '';
    const { tree } = parseCommit(store.read(parent)?.body ?? new Uint8Array());
    const commit = makeCommit({ tree, parent, time: 1, message }, keys.sign);
    await store.write([commit]);
    await store.moveRefs([{ ref, from: parent, to: commit.oid }]);
    store.close();
    expect(await verified(false)).toEqual([[3, 'broken', expect.stringContaining('chain of its commits is broken')]]);
  });

  it('does not miss volumes that were moved away', async () => {
    rmSync(archived(2), { recursive: true });
    expect(await verified()).toEqual([
      [3, 'whole', ''],
      [2, 'absent', ''],
      [1, 'whole', ''],
    ]);
  });
});

describe('`ledger verify`', () => {
  const run = async (flags: object) => {
    const cli = fakeCli(() => null);
    const [command] = ledgerCommands.commands;
    const failure = await Promise.resolve(command?.run(cli.context, [], { data: dir, ...flags })).catch(
      (error: unknown) => error,
    );
    return { failure, ...cli.text };
  };

  it('prints a line for each volume, or JSON', async () => {
    const { failure, out } = await run({ all: true });
    expect(failure).toBeUndefined();
    expect(out.split('\n').map((line) => line.replace(/\d+ objects/, 'objects'))).toEqual([
      'volume 3: whole; commits 7 to 8 (2), objects',
      'volume 2: whole; commits 4 to 6 (3), objects, closed',
      'volume 1: whole; commits 1 to 3 (3), objects, closed',
      '',
    ]);
    expect(JSON.parse((await run({ json: true })).out)).toMatchObject({
      volumes: [{ volume: 3, state: 'whole', first: 7 }],
    });
  });

  it('fails with the first volume that is wrong, after all were looked at', async () => {
    damage(archived(2, 'objects', 'pack'));
    const { failure, out } = await run({ all: true });
    expect(failure).toMatchObject({ exitCode: 8 });
    expect(out).toMatch(/volume 3: whole.*\nvolume 2: .*\nvolume 1: whole/);
  });
});
