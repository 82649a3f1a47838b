import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { nextTurn } from '../../../../shared/lib/slices.ts';
import { countSigners, parseSignatures, payloadTypes } from '../../../../shared/wire/envelope.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { clusterRef } from '../../../../shared/wire/layout.ts';
import type { HubKeys } from '../../../../hub/keys/types.ts';
import { finishPending } from '../../../../hub/publish/pending.ts';
import { publish } from '../../../../hub/publish/publish.ts';
import { app, object, planFor } from '../../../fixtures/hub/plan.ts';
import { gitIn, joined, openHub, pass, replaced, type TestHub } from '../../../fixtures/hub/publish.ts';

let dir: string;
let hub: TestHub;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'publish-'));
  hub = await openHub(dir);
});
afterEach(() => {
  hub.close();
  rmSync(dir, { recursive: true, force: true });
});

const web = (version: string, cluster = 'one') =>
  app('web', ['Service/web', object('ConfigMap/web', { data: { version } })], { cluster });
const inChannel = (...args: string[]) => gitIn(join(dir, 'channel.git'), ...args);
const show = (ref: string, path: string) => inChannel('show', `${ref}:${path}`) + '\n';
const reopen = async () => {
  hub.close();
  hub = await openHub(dir);
};

describe('a published bundle', () => {
  it('is in the channel as the wire says, signed by the hub key, every object with its digest', async () => {
    await pass(hub, [web('v1')], joined('one'));
    const payload = Buffer.from(show(clusterRef('one'), 'revision.json'));
    const signatures = parseSignatures(show(clusterRef('one'), 'revision.sig'));
    const { trusted } = hub.deps.keys;
    expect(countSigners(payloadTypes.revision, payload, signatures, trusted)).toBe(1);
    const bundle = formats.revision.decode(payload);
    expect(bundle).toMatchObject({
      cluster: 'one',
      generation: 1,
      ledger: 2,
      issuedAt: '2026-01-01T00:00:00.000Z',
      freshUntil: '2026-01-04T00:00:00.000Z',
    });
    expect(bundle.apps[0]!.objects).toHaveLength(2);
    for (const { path, digest } of bundle.apps[0]!.objects)
      expect(digestOf(show(clusterRef('one'), path))).toBe(digest);
  });

  it('is told with its files once it counts, and not before', async () => {
    const steps: string[] = [];
    await pass(hub, [web('v1')], joined('one'));
    const view = await hub.store.read();
    const { next } = planFor(view, [web('v2')]);
    const deps = {
      ...hub.deps,
      onStep: (step: string) => steps.push(step),
      onCommit: ([one]: typeof next) => steps.push(`told ${one?.cluster ?? ''} ${one?.files.size ?? 0}`),
    };
    await publish(deps, { view, changes: {}, next, message: 'v2' });
    expect(steps.slice(2, 5)).toEqual(['commit ledger', 'told one 1', 'committed']);
  });

  it('is the same tree in the ledger, byte for byte', async () => {
    const { state } = await pass(hub, [web('v1')], joined('one'));
    const { tree } = state.bundles.get('one')!;
    expect(inChannel('rev-parse', `${clusterRef('one')}^{tree}`)).toBe(tree);
    expect(gitIn(join(dir, 'ledger.git'), 'ls-tree', '-rtd', '--format=%(objectname)', 'main').split('\n')).toContain(
      tree,
    );
  });

  it('moves no ref and makes no commit when nothing changed', async () => {
    await pass(hub, [web('v1')], joined('one'));
    const refs = new Map(hub.deps.channel.refs());
    const { kind, state } = await pass(hub, [web('v1')]);
    expect([kind, state.number]).toEqual(['unchanged', 2]);
    expect(hub.deps.channel.refs()).toEqual(refs);
  });

  it('comes back as v1 after v2, with history in order and the ledger able to name its past', async () => {
    for (const version of ['v1', 'v2', 'v1']) await pass(hub, [web(version)], joined('one'));
    expect(inChannel('log', '--format=%s', clusterRef('one')).split('\n')).toEqual(
      [3, 2, 1].map((n) => `one: generation ${n}`),
    );
    const { registration } = (await hub.store.read()).clusters.get('one')!;
    const [known, foreign] = ['/Service/default/web', '/Service/default/other'];
    const ids = new Set([known, foreign]);
    expect(await hub.store.published('one', registration, ids)).toEqual(new Set([known]));
    expect(await hub.store.published('one', 'someone else', ids)).toEqual(new Set());
  });

  it('begins the history of its ref anew every 16 generations, and goes on from there', async () => {
    await pass(hub, [web('v1')], joined('one'));
    const counts: string[] = [];
    for (let generation = 2; generation <= 18; generation += 1) {
      const { problems, clusters } = await pass(hub, [web(`v${generation}`)]);
      expect([problems, clusters]).toEqual([[], ['one']]);
      counts.push(inChannel('rev-list', '--count', clusterRef('one')));
    }
    expect(counts.slice(-5)).toEqual(['14', '15', '1', '2', '3']);
    await reopen();
    expect((await pass(hub, [web('v19')])).problems).toEqual([]);
    expect(show(clusterRef('one'), 'objects/default.web/ConfigMap/default/web.json')).toContain('v19');
  });

  it('begins a history without the former owner of its name, and goes on from there', async () => {
    const secret = (password: string) => app('web', [object('Secret/login', { data: { password } })]);
    await pass(hub, [secret('former')], joined('one'));
    const former = inChannel('rev-parse', clusterRef('one'));
    const { moved, problems } = await pass(hub, [], replaced('one', 'b0000000-0000-4000-8000-000000000001'));
    expect([moved, problems]).toEqual([[clusterRef('one')], []]);
    const first = inChannel('rev-parse', clusterRef('one'));
    expect((await hub.store.read()).bundles.get('one')).toMatchObject({
      parent: null,
      commit: first,
      replaced: former,
    });
    for (const password of ['later', 'last']) await pass(hub, [secret(password)]);
    expect(inChannel('rev-list', clusterRef('one')).split('\n').slice(-1)).toEqual([first]);
    expect(inChannel('log', '--format=%s', clusterRef('one')).split('\n')).toEqual(
      [4, 3, 2].map((n) => `one: generation ${n}`),
    );
    const reached = inChannel('log', '-p', '--format=%s', clusterRef('one'));
    const written = (password: string) => reached.includes(password);
    expect(['later', 'last', 'former'].map(written)).toEqual([true, true, false]);
    expect(inChannel('fsck', '--strict', '--full', '--no-dangling')).toBe('');
    await reopen();
    expect((await finishPending(hub.deps, await hub.store.read())).moved).toEqual([]);
  });

  it('goes out for 300 clusters in one pack and one move', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `c${i}`);
    const packs = () =>
      readdirSync(join(dir, 'channel.git/objects/pack')).filter((name) => name.endsWith('.pack')).length;
    await pass(hub, [], joined('c0'));
    const before = packs();
    const { clusters: sent } = await pass(
      hub,
      names.map((name) => web('v1', name)),
      joined(...names),
    );
    expect([sent.length, packs() - before]).toEqual([300, 1]);
    expect(inChannel('for-each-ref', '--format=%(refname)', 'refs/heads/clusters').split('\n')).toHaveLength(300);
    expect(inChannel('fsck', '--strict', '--full')).toBe('');
    await reopen();
    expect((await hub.store.read()).bundles.size).toBe(300);
  });

  describe('signed by other threads', () => {
    const names = Array.from({ length: 200 }, (_, i) => `c${i}`);
    type SignAside = HubKeys['hub']['signAside'];
    const publishWith = async (signAside: SignAside) => {
      await pass(hub, [], joined(...names));
      const view = await hub.store.read();
      const { next } = planFor(
        view,
        names.map((name) => web('v1', name)),
      );
      const keys = { ...hub.deps.keys, hub: { ...hub.deps.keys.hub, signAside } };
      return publish({ ...hub.deps, keys }, { view, changes: {}, next, message: 'all' });
    };

    it('gives each bundle its own signature in the order of the plan, whichever is ready first', async () => {
      const { hub: key, trusted } = hub.deps.keys;
      const [waiting, seen]: [(() => void)[], number[]] = [[], []];
      const publishing = publishWith(
        (type, payload) =>
          new Promise((resolve) => {
            seen.push(waiting.push(() => resolve(key.sign(type, payload))));
          }),
      );
      const run = { isDone: false };
      void publishing.finally(() => (run.isDone = true));
      // Nothing is answered before no more is asked for; then what came last is first.
      for (let asked = 0; !run.isDone; asked = seen.length) {
        await nextTurn();
        if (asked === seen.length) waiting.pop()?.();
      }
      const published = await publishing;
      expect(published.clusters).toEqual([...names].sort());
      expect(Math.max(...seen)).toBeLessThanOrEqual(65);
      const signersOf = (name: string) => {
        const [payload, signatures] = ['revision.json', 'revision.sig'].map((path) => show(clusterRef(name), path));
        return countSigners(payloadTypes.revision, Buffer.from(payload!), parseSignatures(signatures!), trusted);
      };
      expect(['c0', 'c150', 'c199'].map(signersOf)).toEqual([1, 1, 1]);
    });

    it('commits nothing where one of them fails', async () => {
      const { hub: key } = hub.deps.keys;
      let asked = 0;
      const failing = publishWith((type, payload) => {
        asked += 1;
        return asked === 40 ? Promise.reject(new Error('no signature')) : key.signAside(type, payload);
      });
      await expect(failing).rejects.toThrow('no signature');
      // The commit in which they joined, and were sent nothing yet.
      expect((await hub.store.read()).number).toBe(2);
    });
  });

  it('loses against a hub that was first, and nothing of it is seen', async () => {
    await pass(hub, [web('v1')], joined('one'));
    const rival = await openHub(dir);
    const stale = await hub.store.read();
    await pass(rival, [web('v2')]);
    const { next } = planFor(stale, [web('v3')]);
    const told: string[] = [];
    const deps = { ...hub.deps, onCommit: (bundles: typeof next) => told.push(...bundles.map((one) => one.cluster)) };
    await expect(publish(deps, { view: stale, changes: {}, next, message: 'late' })).rejects.toMatchObject({
      code: 'LEDGER_RACED',
    });
    expect(told).toEqual([]);
    expect(show(clusterRef('one'), 'objects/default.web/ConfigMap/default/web.json')).toContain('v2');
    expect((await pass(hub, [web('v3')])).state.bundles.get('one')!.revision.generation).toBe(3);
    rival.close();
  });
});
