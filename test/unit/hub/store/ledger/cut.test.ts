import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allowedSigners } from '../../../../../hub/keys/sshsig.ts';
import { makeCommit, parseCommit } from '../../../../../hub/model/commit.ts';
import type { View } from '../../../../../hub/model/store.ts';
import { finishPending } from '../../../../../hub/publish/pending.ts';
import { openPackStore } from '../../../../../hub/store/packs/store.ts';
import { volumeRef } from '../../../../../hub/store/ledger/volume.ts';
import { clusterRef } from '../../../../../shared/wire/layout.ts';
import { clusterRecord } from '../../../../fixtures/hub/facts.ts';
import { app, object } from '../../../../fixtures/hub/plan.ts';
import { nextBundle } from '../../../../fixtures/hub/store.ts';
import { gitIn, joined, openHub, pass, type LedgerHub } from '../../../../fixtures/hub/publish.ts';

let dir: string;
let hub: LedgerHub;
const opened: LedgerHub[] = [];

const open = async (data = 'data', options: Parameters<typeof openHub>[1] = {}): Promise<LedgerHub> => {
  const one = await openHub(join(dir, data), options);
  opened.push(one);
  return one;
};
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'volumes-'));
  hub = await open();
  await pass(hub, [web('v1')], joined('one'));
});
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
  rmSync(dir, { recursive: true, force: true });
});

const web = (version: string, ...more: string[]) =>
  app('web', ['Service/web', object('ConfigMap/web', { data: { version } }), ...more], { cluster: 'one' });
const ledgerGit = (...args: string[]) => gitIn(join(dir, 'data', 'ledger.git'), ...args);
const archived = (volume: number) => join(dir, 'data', 'ledger-archive', `${volume}.git`);
const cut = async (one = hub) => {
  await one.retention.prepare();
  await one.retention.run();
};
/** The slices of a state, and of its bundles what was published. */
const told = async (one = hub) => stateOf(await one.store.read());
const stateOf = (view: View) => ({ ...view, base: null, number: null });
const bytesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
const raced = expect.objectContaining({ code: 'LEDGER_RACED' }) as Error;
const invalid = (why: string) =>
  expect.objectContaining({ code: 'LEDGER_INVALID', message: `the ledger cannot be trusted: ${why}` }) as Error;

describe('a ledger whose volume ended', () => {
  it('goes on in the next one with the same state, and the old one is a repository of its own', async () => {
    const before = await hub.store.read();
    await cut();
    expect(await told()).toEqual(stateOf(before));
    expect((await hub.store.read()).number).toBe(before.number + 2);
    await pass(hub, [web('v2')]);
    expect((await hub.store.read()).number).toBe(before.number + 3);
    expect([
      ...openPackStore(join(dir, 'data', 'ledger.git'))
        .refs()
        .keys(),
    ]).toEqual([volumeRef(2)]);
    expect(ledgerGit('log', '--format=%s', 'ledger/2').split('\n')).toEqual(['publish', 'begin volume 2']);
    expect(gitIn(archived(1), 'log', '-1', '--format=%B', 'main').trim().split('\n')).toEqual([
      'close volume 1',
      '',
      'Closed: 1',
      expect.stringMatching(/^Chain: [0-9a-f]{64}$/) as unknown,
      `Number: ${before.number + 1}`,
    ]);
    for (const git of [ledgerGit, (...args: string[]) => gitIn(archived(1), ...args)]) {
      expect(git('fsck', '--strict', '--full', '--no-dangling')).toBe('');
    }
    writeFileSync(join(dir, 'allowed'), allowedSigners(hub.deps.keys.trusted));
    const signers = `gpg.ssh.allowedSignersFile=${join(dir, 'allowed')}`;
    for (const ref of ['ledger/2', 'ledger/2~1']) {
      expect(() => ledgerGit('-c', 'gpg.format=ssh', '-c', signers, 'verify-commit', ref)).not.toThrow();
    }
  });

  it('is read after a restart, with old volumes moved away', async () => {
    for (const version of ['v2', 'v3', 'v4']) {
      await pass(hub, [web(version)]);
      await cut();
    }
    const before = await told();
    rmSync(join(dir, 'data', 'ledger-archive'), { recursive: true });
    const again = await open();
    expect(await told(again)).toEqual(before);
    await pass(again, [web('v5')]);
    expect((await told(again)).bundles.get('one')?.revision.generation).toBe(5);
  });

  it('knows every id that was ever published to a registration, however many volumes ago', async () => {
    await publish('older');
    await cut();
    await publish('old');
    await publish('web');
    for (let volume = 3; volume < 6; volume += 1) await cut();
    for (const one of [hub, await open()]) expect(await known(one)).toEqual(['old', 'older']);
    expect([...(await hub.store.published('two', 'another', new Set([idOf('old')])))]).toEqual([]);
  });

  it('forgets what registrations were sent that are no more', async () => {
    await publish('old');
    await publish('web');
    await cut();
    const listed = (volume: number) => ledgerGit('ls-tree', '-r', '--name-only', `ledger/${volume}`, 'published/');
    const first = listed(2);
    expect(first).toContain(clusterRecord('two').registration);
    await cut();
    expect(listed(3)).toBe(first);
    const { base } = await hub.store.read();
    const changes = { clusters: new Map([['two', null]]), bundles: new Map([['two', null]]) };
    await hub.store.commit({ base, changes, message: 'remove two', at: hub.now });
    await cut();
    expect(listed(4)).toBe('');
  });

  it('frees the disk: what the newest volume needs is all that is left beside the archive', async () => {
    const data = join(dir, 'data');
    for (let round = 0; round < 12; round += 1) await pass(hub, [web(randomBytes(3_000).toString('hex'))]);
    const [ledger, channel] = ['ledger.git', 'channel.git'].map((name) => bytesIn(join(data, name)));
    await cut();
    expect(bytesIn(join(data, 'ledger.git'))).toBeLessThan((ledger ?? 0) / 4);
    expect(bytesIn(join(data, 'ledger-archive'))).toBeGreaterThan((ledger ?? 0) / 2);
    expect(bytesIn(join(data, 'channel.git'))).toBeLessThanOrEqual(channel ?? 0);
    gitIn(join(data, 'channel.git'), 'fsck', '--strict', '--full');
    rmSync(join(data, 'ledger-archive'), { recursive: true });
    await pass(await open(), [web('last')]);
  });
});

/** Publishes one application to the cluster `two`, with nothing retired. */
async function publish(name: string): Promise<void> {
  const view = await hub.store.read();
  const { bundle, objects } = nextBundle('two', view.bundles.get('two') ?? null, [name], hub.store.objects);
  const changes = { clusters: new Map([['two', clusterRecord('two')]]), bundles: new Map([['two', bundle]]) };
  await hub.store.commit({ base: view.base, changes, objects, message: `publish ${name}`, at: hub.now });
}
const idOf = (name: string) => `/ConfigMap/default/${name}`;

/** What of some names is known to have been published to the cluster `two`. */
async function known(one: LedgerHub): Promise<string[]> {
  const names = ['never', 'old', 'older'];
  const found = await one.store.published('two', clusterRecord('two').registration, new Set(names.map(idOf)));
  return names.filter((name) => found.has(idOf(name)));
}

describe('two hubs', () => {
  it('that both end a volume: one does, the other reads what it wrote', async () => {
    const rival = await open();
    const before = await rival.store.read();
    await hub.store.cut(hub.now);
    await expect(rival.store.cut(rival.now)).resolves.toMatchObject({ number: before.number + 4 });
    await expect(
      hub.store.commit({
        base: before.base,
        changes: { clusters: new Map([['two', clusterRecord('two')]]) },
        message: 'join two',
        at: hub.now,
      }),
    ).rejects.toThrow(raced);
    expect(await told()).toEqual(await told(rival));
  });

  it('race for the commit that closes it: exactly one of many wins', async () => {
    const rivals = await Promise.all(Array.from({ length: 5 }, () => open()));
    await Promise.all(rivals.map((one) => one.store.read()));
    const results = await Promise.allSettled(rivals.map((one) => one.store.cut(one.now)));
    const lost = results.filter((result) => result.status === 'rejected');
    expect(lost).toHaveLength(4);
    expect(lost.every(({ reason }) => (reason as { code: string }).code === 'LEDGER_RACED')).toBe(true);
    expect(ledgerGit('for-each-ref', '--format=%(refname)').split('\n')).toEqual([volumeRef(2), volumeRef(1)]);
  });

  it('of which one closed a volume and died: the other begins the next before it commits anything', async () => {
    const rival = await open();
    const view = await rival.store.read();
    await expect(closeAlone()).rejects.toThrow('killed');
    const closed = await rival.store.read();
    expect([closed.number, closed.clusters]).toEqual([view.number + 1, view.clusters]);
    const joining = (base: typeof view.base) =>
      rival.store.commit({
        base,
        changes: { clusters: new Map([['two', clusterRecord('two')]]) },
        message: 'join two',
        at: rival.now,
      });
    await expect(joining(closed.base)).rejects.toThrow(raced);
    const next = await rival.store.read();
    expect((await joining(next.base)).number).toBe(view.number + 3);
    expect(ledgerGit('log', '--format=%s', 'ledger/2').split('\n')).toEqual(['join two', 'begin volume 2']);
  });
});

/** A hub that closes its volume, and dies before it begins the next. */
async function closeAlone(): Promise<void> {
  let moves = 0;
  const dying = await open('data', {
    owner: { id: 'the hub that dies', isGone: () => true },
    onStep: (step) => {
      if (step === 'ledger: write packed-refs.lock' && ++moves === 2) throw new Error('killed');
    },
  });
  await dying.store.cut(dying.now);
}

describe('a hub that dies while a volume ends', () => {
  it(
    'comes back from every step of it: nothing is lost, and the next time does the rest',
    { timeout: 60_000 },
    async () => {
      await publish('old');
      await publish('web');
      const before = await told();
      const images: { readonly step: string; readonly name: string }[] = [];
      let isRecording = false;
      const dying = await open('data', {
        owner: { id: 'the hub that dies', isGone: () => false },
        onStep: (step) => {
          if (!isRecording) return;
          const name = `image-${images.length}`;
          cpSync(join(dir, 'data'), join(dir, name), { recursive: true });
          images.push({ step, name });
        },
      });
      isRecording = true;
      await cut(dying);
      isRecording = false;
      const steps = images.map(({ step }) => step);
      for (const step of ['put packs away', 'name the old volume', 'drop old branches', 'ledger: remove merged pack']) {
        expect(steps, step).toContain(step);
      }
      for (const { step, name } of images) {
        const next = await open(name, { owner: { id: 'the next hub', isGone: (id) => id === 'the hub that dies' } });
        next.now += 20_000;
        expect((await finishPending(next.deps, await next.store.read())).problems, step).toEqual([]);
        expect(await told(next), step).toEqual(before);
        await pass(next, [web('v4')]).catch(() => pass(next, [web('v4')]));
        await cut(next);
        expect(await known(next), step).toEqual(['old']);
        const volumes = readdirSync(join(dir, name, 'ledger-archive'));
        const branches = openPackStore(join(dir, name, 'ledger.git'));
        expect([...branches.refs().keys()], step).toEqual([volumeRef(volumes.length + 1)]);
        branches.close();
        expect(next.deps.channel.refs().get(clusterRef('one'))).toBe((await told(next)).bundles.get('one')?.commit);
        next.close();
      }
      for (const { name } of images.filter(({ step }) => step.includes('merged') || step.includes('branches'))) {
        const volumes = readdirSync(join(dir, name, 'ledger-archive')).map((volume) => `ledger-archive/${volume}`);
        for (const repository of [...volumes, 'ledger.git'])
          gitIn(join(dir, name, repository), 'fsck', '--strict', '--no-dangling');
      }
    },
  );

  it('and an old volume that is put back in place of the newest one is noticed', async () => {
    await cut();
    await pass(hub, [web('v2')]);
    hub.close();
    rmSync(join(dir, 'data', 'ledger.git'), { recursive: true });
    cpSync(archived(1), join(dir, 'data', 'ledger.git'), { recursive: true });
    const again = await open();
    await expect(pass(again, [web('v3')])).rejects.toMatchObject({ code: 'LEDGER_BEHIND' });
  });
});

describe('a tampered volume is refused', () => {
  const forge = async (volume: number, parent: string | null, message: string) => {
    const store = openPackStore(join(dir, 'data', 'ledger.git'));
    const ref = volumeRef(volume);
    const from = store.refs().get(ref) ?? null;
    const { tree } = parseCommit(store.read(store.refs().get(volumeRef(2)) ?? '')!.body);
    const commit = makeCommit({ tree, parent, time: 1, message }, hub.deps.keys.sign);
    await store.write([commit]);
    await store.moveRefs([{ ref, from, to: commit.oid }]);
    store.close();
  };

  beforeEach(async () => {
    await hub.store.cut(hub.now);
  });

  it.each<[what: string, volume: number, parent: 'closed' | 'none', number: number, why: string]>([
    ['a commit after the one that closed it', 2, 'closed', 4, 'a commit follows the one that closed its volume'],
    ['a first commit that skips a number', 2, 'none', 9, 'its commits are not numbered one by one'],
    ['the branch of another volume', 3, 'none', 4, 'its branch is not the one of its volume'],
  ])('%s', async (_, volume, parent, number, why) => {
    const tip = ledgerGit('rev-parse', 'main');
    await forge(volume, parent === 'closed' ? tip : null, `forged\n\nNumber: ${number}`);
    await expect((await open()).store.read()).rejects.toThrow(invalid(why));
  });

  it('a volume before it that is another one', async () => {
    execFileSync('git', ['-C', join(dir, 'data', 'ledger.git'), 'update-ref', volumeRef(1), `${volumeRef(1)}~1`]);
    await expect((await open()).store.read()).rejects.toThrow(invalid('a volume does not follow the one before it'));
  });
});

it('is moved away with the commands of the guide, and nothing notices', async () => {
  await cut();
  await pass(hub, [web('v2')]);
  await cut();
  const guide = readFileSync(new URL('../../../../../docs/operations.md', import.meta.url), 'utf8');
  const [, chapter = ''] = guide.split('## When the ledger grows');
  const blocks = [...chapter.split('\n## ')[0]!.matchAll(/^```\n([^`]*)^```$/gm)].map(([, text = '']) => text);
  symlinkSync(join(dir, 'data'), join(dir, 'sluice-data'));
  const program = new URL('../../../../../hub/main.ts', import.meta.url).pathname;
  writeFileSync(join(dir, 'sluice-hub'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`, { mode: 0o755 });
  const env = { ...process.env, PATH: `${dir}:${process.env['PATH'] ?? ''}` };
  const said = blocks.map((text) => execFileSync('sh', ['-ec', text], { cwd: dir, encoding: 'utf8', env }));
  expect(said).toHaveLength(3);
  expect(said[2]).toMatch(/^volume 3: whole.*\nvolume 2: not here\nvolume 1: whole/);
  expect(said[1]).toContain('close volume 1\n');
  expect(readdirSync(join(dir, 'data', 'ledger-archive'))).toEqual([]);
  await pass(await open(), [web('v3')]);
});

it('has no archive before a volume ended', () => {
  expect(existsSync(join(dir, 'data', 'ledger-archive'))).toBe(false);
});
