import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterRef } from '../../../shared/wire/layout.ts';
import type { State } from '../../../hub/model/state.ts';
import { startGitServer } from '../../fakes/git-server.ts';
import { app } from '../../fixtures/hub/plan.ts';
import { gitIn, joined, pass, replaced } from '../../fixtures/hub/publish.ts';
import { openRemoteHub, type RemoteHub } from './hub.ts';

/** A store whose writes are numbered; the process "dies" before the one that is told, or right after it. */
function dieAt(hub: RemoteHub, at: number): { readonly steps: () => number } {
  let step = 0;
  const counted =
    <A extends readonly unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (++step === at) throw new Error('killed');
      const result = await work(...args);
      if (++step === at) throw new Error('killed');
      return result;
    };
  const { served } = hub.stores;
  Object.assign(served, { write: counted(served.write), moveRefs: counted(served.moveRefs) });
  Object.assign(hub.store, { commit: counted(hub.store.commit) });
  Object.assign(hub.deps.channel, { moveRefs: counted(hub.deps.channel.moveRefs) });
  return { steps: () => step };
}

describe('a hub with Git hosts that dies during a publish', () => {
  it.each([
    ['the next bundle', (state: State): State => state, '2'],
    ['the first of another registration', replaced('one', 'b0000000-0000-4000-8000-000000000001'), '1'],
  ])('signs %s once, and makes up for the rest, wherever that is', { timeout: 120_000 }, async (_, change, commits) => {
    let isThrough = false;
    for (let at = 1; !isThrough; at += 1) {
      const dir = mkdtempSync(join(tmpdir(), 'remote-crash-'));
      const server = await startGitServer({ folder: join(dir, 'git') });
      const [ledger, channel] = [await server.create('ledger'), await server.create('channel')];
      const urls = { ledger: ledger.url, channel: channel.url };
      const web = (version: string) => app('web', [`Service/${version}`]);
      try {
        const first = await openRemoteHub(join(dir, 'hub'), urls);
        await pass(first, [web('v1')], joined('one'));
        const { steps } = dieAt(first, at);
        const died = await pass(first, [web('v2')], change).then(
          () => false,
          () => true,
        );
        isThrough = !died;
        expect(steps()).toBeGreaterThan(0);
        const committed = gitIn(ledger.gitdir, 'rev-parse', 'main');
        first.close();

        const hub = await openRemoteHub(join(dir, 'hub'), urls);
        await hub.catchUp();
        expect(gitIn(ledger.gitdir, 'rev-parse', 'main')).toBe(committed);
        const { revision, commit } = (await hub.store.read()).bundles.get('one')!;
        expect([1, 2]).toContain(revision.generation);
        expect(gitIn(channel.gitdir, 'rev-parse', clusterRef('one'))).toBe(commit);
        expect(hub.stores.served.refs().get(clusterRef('one'))).toBe(commit);
        await pass(hub, [web('v2')], change);
        expect((await hub.store.read()).bundles.get('one')!.revision.generation).toBe(2);
        expect(gitIn(channel.gitdir, 'rev-list', '--count', clusterRef('one'))).toBe(commits);
        hub.close();
      } finally {
        await server.close();
        rmSync(dir, { recursive: true, force: true });
      }
    }
  });
});
