import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterRef, mainRef } from '../../../../shared/wire/layout.ts';
import { finishPending } from '../../../../hub/publish/pending.ts';
import { app, object } from '../../../fixtures/hub/plan.ts';
import { clusters, gitIn, joined, openHub, pass, type TestHub } from '../../../fixtures/hub/publish.ts';

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

describe('a channel that was touched', () => {
  it('gets lost refs back as parentless commits of the very same bytes, and goes on from there', async () => {
    await pass(hub, [web('v1')], joined('one'));
    const { state } = await pass(hub, [web('v2')]);
    const before = show(clusterRef('one'), 'revision.json');
    hub.close();
    rmSync(join(dir, 'channel.git'), { recursive: true });
    hub = await openHub(dir);
    const { moved, problems } = await finishPending(hub.deps, await hub.store.read());
    expect([moved, problems]).toEqual([[clusterRef('one'), mainRef], []]);
    expect(show(clusterRef('one'), 'revision.json')).toBe(before);
    expect(inChannel('rev-list', '--count', clusterRef('one'))).toBe('1');
    expect((await finishPending(hub.deps, state)).moved).toEqual([]);
    await pass(hub, [web('v3')]);
    expect(inChannel('rev-list', '--count', clusterRef('one'))).toBe('2');
    expect(inChannel('fsck', '--strict', '--full')).toBe('');
  });

  it('stops only the ref that somebody moved, says so, and loses nothing meanwhile', async () => {
    const rendered = (version: string) => clusters.map((cluster) => web(version, cluster));
    await pass(hub, rendered('v1'), joined(...clusters));
    inChannel('update-ref', clusterRef('two'), inChannel('rev-parse', 'main'));
    const { problems, clusters: sent } = await pass(hub, rendered('v2'));
    expect(sent).toEqual(['one', 'three']);
    expect(problems).toMatchObject([{ code: 'REF_DIVERGED', cluster: 'two' }]);
    expect(inChannel('rev-parse', clusterRef('two'))).toBe(inChannel('rev-parse', 'main'));
    const again = await finishPending(hub.deps, await hub.store.read());
    expect(again.problems).toMatchObject([{ code: 'REF_DIVERGED', cluster: 'two' }]);
    inChannel('update-ref', '-d', clusterRef('two'));
    expect((await pass(hub, rendered('v2'))).clusters).toEqual(['two']);
    expect(show(clusterRef('two'), 'objects/default.web/ConfigMap/default/web.json')).toContain('v2');
  });

  it('is looked at again wherever somebody moved a ref, also where nothing new was published', async () => {
    await pass(
      hub,
      clusters.map((cluster) => web('v1', cluster)),
      joined(...clusters),
    );
    const look = async () => finishPending(hub.deps, await hub.store.read());
    expect((await look()).problems).toEqual([]);
    inChannel('update-ref', clusterRef('two'), inChannel('rev-parse', 'main'));
    for (const { problems } of [await look(), await look()]) {
      expect(problems).toMatchObject([{ code: 'REF_DIVERGED', cluster: 'two' }]);
    }
    inChannel('update-ref', '-d', clusterRef('two'));
    expect((await look()).moved).toEqual([clusterRef('two')]);
  });

  it('gets a ref back in a later pass of the same process, where one died before it moved', async () => {
    await pass(hub, [web('v1')], joined('one'));
    inChannel('update-ref', '-d', clusterRef('one'));
    const dying = { ...hub.deps, onStep: () => expect.unreachable() };
    const state = await hub.store.read();
    await expect(finishPending(dying, state)).rejects.toThrow();
    expect((await finishPending(hub.deps, state)).moved).toEqual([clusterRef('one')]);
  });

  it('stops main when it says something else than the root documents', async () => {
    await pass(hub, [web('v1')], joined('one'));
    inChannel('update-ref', mainRef, inChannel('rev-parse', clusterRef('one')));
    expect((await pass(hub, [web('v1')])).problems).toMatchObject([{ code: 'REF_DIVERGED' }]);
  });

  it('is newer than an old backup of the ledger: nothing is published', async () => {
    await pass(hub, [web('v1')], joined('one'));
    cpSync(join(dir, 'ledger.git'), join(dir, 'backup.git'), { recursive: true });
    for (const version of ['v2', 'v3']) await pass(hub, [web(version)]);
    const refs = new Map(hub.deps.channel.refs());
    hub.close();
    rmSync(join(dir, 'ledger.git'), { recursive: true });
    cpSync(join(dir, 'backup.git'), join(dir, 'ledger.git'), { recursive: true });
    hub = await openHub(dir);
    await expect(pass(hub, [web('v4')])).rejects.toMatchObject({ code: 'LEDGER_BEHIND' });
    expect(hub.deps.channel.refs()).toEqual(refs);
  });

  it('is newer than a ledger that was lost: nothing is published', async () => {
    await pass(hub, [web('v1')], joined('one'));
    hub.close();
    rmSync(join(dir, 'ledger.git'), { recursive: true });
    hub = await openHub(dir);
    await expect(pass(hub, [])).rejects.toMatchObject({ code: 'LEDGER_BEHIND', data: { subject: 'one' } });
  });
});
