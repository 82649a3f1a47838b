import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterRef } from '../../../../shared/wire/layout.ts';
import { finishPending } from '../../../../hub/publish/pending.ts';
import { openFreshness } from '../../../../hub/publish/freshness.ts';
import { app, object } from '../../../fixtures/hub/plan.ts';
import { clusters, gitIn, joined, openHub, pass } from '../../../fixtures/hub/publish.ts';

const rendered = (version: string) =>
  clusters.map((cluster) =>
    app('web', ['Service/web', object('ConfigMap/web', { data: { version, cluster } })], { cluster }),
  );

// The disk as it was just before each step of a publish, taken from one run.
let dir: string;
const images: { readonly step: string; readonly path: string }[] = [];
const signedFirst = new Map<string, string>();

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'crash-'));
  const data = join(dir, 'data');
  let isRecording = false;
  const hub = await openHub(data, {
    owner: { id: 'the hub that dies', isGone: () => false },
    onStep: (step) => {
      if (!isRecording) return;
      const path = join(dir, `image-${images.length}`);
      cpSync(data, path, { recursive: true });
      images.push({ step, path });
    },
  });
  await pass(hub, rendered('v1'), joined(...clusters));
  isRecording = true;
  const { state } = await pass(hub, rendered('v2'));
  for (const [name, bundle] of state.bundles) signedFirst.set(name, bundle.revisionDigest);
  const keeper = openFreshness(hub.deps);
  await keeper.renew(state);
  isRecording = false;
  hub.close();
}, 60_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('a hub that dies during a publish', () => {
  it('can die in many places', () => {
    const steps = images.map(({ step }) => step);
    expect(steps.length).toBeGreaterThan(20);
    for (const expected of [
      'build',
      'channel: rename pack',
      'ledger: rename index',
      'ledger: rename packed-refs',
      'committed',
      'channel: sync refs',
      'read back',
      'move fresh refs',
    ]) {
      expect(
        steps.some((step) => step.endsWith(expected)),
        expected,
      ).toBe(true);
    }
  });

  it('comes back from every one of them: refs and ledger agree, nothing is signed again, nothing is lost', async () => {
    let committed = 0;
    for (const { step, path } of images) {
      const hub = await openHub(path, { owner: { id: 'the next hub', isGone: (id) => id === 'the hub that dies' } });
      hub.now += 5_000;
      const before = await hub.store.read();
      const isCommitted = before.bundles.get('one')?.revision.generation === 2;
      committed += isCommitted ? 1 : 0;
      const { problems } = await finishPending(hub.deps, before);
      expect(problems, step).toEqual([]);
      for (const [name, bundle] of before.bundles) {
        expect(hub.deps.channel.refs().get(clusterRef(name)), step).toBe(bundle.commit);
        if (isCommitted) expect(bundle.revisionDigest, step).toBe(signedFirst.get(name));
      }
      // The same pass again ends with the same content, at the same generation.
      const { state, kind } = await pass(hub, rendered('v2'));
      expect(kind, step).toBe(isCommitted ? 'unchanged' : 'committed');
      expect(
        [...state.bundles.values()].map(({ revision }) => revision.generation),
        step,
      ).toEqual([2, 2, 2]);
      expect((await pass(hub, rendered('v2'))).kind, step).toBe('unchanged');
      await openFreshness(hub.deps).renew(state);
      hub.close();
      for (const name of ['ledger.git', 'channel.git']) {
        expect(gitIn(join(path, name), 'fsck', '--strict', '--full', '--no-dangling'), `${step} ${name}`).toBe('');
      }
      expect(gitIn(join(path, 'channel.git'), 'rev-list', '--count', clusterRef('two')), step).toBe('2');
    }
    // Some images are from before the commit point and some from after it, and not one is in between.
    expect(committed).toBeGreaterThan(5);
    expect(images.length - committed).toBeGreaterThan(5);
  }, 120_000);
});
