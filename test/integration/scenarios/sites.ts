import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { git } from '../../fakes/git.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import type { Backend } from './backend.ts';
import { clusterYaml, configApp } from './documents.ts';
import { patienceMs, rowOf, startFleet, type Fleet, type Site } from './fleet.ts';
import { handsOf, type Hands } from './hands.ts';

const map = (name: string): string => `/ConfigMap/default/${name}`;
const siteMap = '/ConfigMap/sluice-system/sluice-site';

/** An application of one map that is placed by labels, through a deployment of its newest revision. */
const placed = (name: string, value: string, version: number, labels: Readonly<Record<string, string>>): string =>
  `${configApp(name, { [name]: value })}---
kind: ApplicationDeployment
metadata: { name: ${name}, namespace: default }
spec:
  appRevisions:
    - revisionName: ${name}-v${version}
      placement: [{ clusterSelector: { labels: ${JSON.stringify(labels)}, pick: all } }]
`;

/** Registers what the people of a site and of the registry decide: labels, holds, revoking, leaving, a second agent. */
export function describeSites(backend: Backend): void {
  describe(`sites and their registry, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    let near: Site;
    let far: Site;
    let hands: Hands;
    const valueAt = async (site: Site, name: string): Promise<unknown> => {
      const object = await site.view.get(map(name));
      return object === undefined ? undefined : (object['data'] as { value: string }).value;
    };
    const dark = { tier: 'edge', 'site.sluice.dev/room': 'dark' };

    beforeAll(async () => {
      fleet = await startFleet({ backend });
      await fleet.push({ 'web.yaml': placed('web', '1', 1, { tier: 'edge' }) });
      [near, far] = await Promise.all([
        fleet.join('near', { body: { labels: { tier: 'edge' }, capabilities: { ingress: true } } }),
        fleet.join('far', {
          body: { labels: { tier: 'edge' }, capabilities: { ingress: true }, transport: 'git' },
          agent: { flags: { poll: 1 } },
        }),
      ]);
      hands = handsOf(near.view);
      await fleet.until('both to run it', ({ applications }) => applications.length === 2);
      await fleet.settled();
    }, 120_000);
    afterAll(() => fleet.close());

    it('get the same by the feed and by Git, and the secrets of joining stay secret', async () => {
      expect([await valueAt(near, 'web'), await valueAt(far, 'web')]).toEqual(['1', '1']);
      const said = near.agent().logged() + far.agent().logged() + fleet.logged();
      for (const { token } of [near.ticket(), far.ticket()]) expect(said).not.toContain(token);
      expect(said).not.toMatch(/Basic [A-Za-z0-9+/=]{20}|Bearer [A-Za-z0-9_-]{20}|sluice1\.[A-Za-z0-9]/);
      const status = await fleet.cli('status');
      expect(status).toMatchObject({ status: 0, stderr: '' });
      const listed = await fleet.cli('cluster', 'list');
      expect(listed.stdout).toMatch(/near .*joined/);
      expect(listed.stdout).not.toContain(near.ticket().token);
    });

    it("skip an application that the site's own labels do not match, say so, and take it when they do", async () => {
      await fleet.push({ 'dark.yaml': placed('dark', '1', 1, dark) });
      const skipped = await fleet.settled();
      expect(await valueAt(near, 'dark')).toBeUndefined();
      expect(rowOf(skipped, 'default/dark', 'near')).toMatchObject({ phase: 'skipped', health: 'Held' });
      expect(rowOf(skipped, 'default/dark', 'near')?.message).toMatch(/skipped: .*site\.sluice\.dev\/room/);
      await hands.make({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'sluice-site', namespace: 'sluice-system' },
        data: { labels: 'site.sluice.dev/room: dark\ntier: somewhere-else\n' },
      });
      await near.view.until(map('dark'), 'there', () => true);
      // Its own keys alone are the site's to set.
      expect(await valueAt(near, 'web')).toBe('1');
      // A site's labels make no generation, so that the report of before is settled, too: wait for the one that says it.
      await fleet.until('it to be taken and healthy', (now) => {
        const row = rowOf(now, 'default/dark', 'near');
        return row?.applied === true && row.health === 'Healthy';
      });
      expect(await valueAt(far, 'dark')).toBeUndefined();
      await hands.edit(siteMap, (object) => {
        object.data = {};
      });
      await fleet.until('it to be skipped again', (now) => rowOf(now, 'default/dark', 'near')?.phase === 'skipped');
      // Skipped is never deleted.
      expect(await valueAt(near, 'dark')).toBe('1');
    });

    it('change nothing while the site holds, still repair what runs, and catch up', async () => {
      await hands.edit(siteMap, (object) => {
        object.data = { hold: 'until 2099-01-01 inventory week' };
      });
      await fleet.until('the hold to be reported', ({ clusters }) =>
        clusters.some(({ conditions }) => conditions.some(({ type }) => type === 'Held')),
      );
      await hands.remove(map('web'));
      await near.view.until(map('web'), 'made again', () => true);
      await fleet.push({ 'web.yaml': placed('web', '2', 2, { tier: 'edge' }) });
      const held = await fleet.until('one to be held', (now) => rowOf(now, 'default/web', 'near')?.health === 'Held');
      await far.view.until(map('web'), 'at 2', ({ data }) => (data as { value: string }).value === '2');
      expect(rowOf(held, 'default/web', 'near')?.message).toContain('inventory week');
      expect(await valueAt(near, 'web')).toBe('1');
      await hands.edit(siteMap, (object) => {
        object.data = {};
      });
      await near.view.until(map('web'), 'at 2', ({ data }) => (data as { value: string }).value === '2');
      await fleet.settled();
    });

    it('have one agent at work at a time: a second one waits, and takes over when the first is gone', async () => {
      const first = near.agent();
      const second = near.start({ holder: 'second' });
      await fleet.push({ 'web.yaml': placed('web', '3', 3, { tier: 'edge' }) });
      await fleet.settled();
      expect(await valueAt(near, 'web')).toBe('3');
      expect(second.steps()).toBe(0);
      await first.stop();
      await fleet.push({ 'web.yaml': placed('web', '4', 4, { tier: 'edge' }) });
      await near.view.until(map('web'), 'at 4', ({ data }) => (data as { value: string }).value === '4');
      expect(second.steps()).toBeGreaterThan(0);
      await fleet.settled();
    });

    it('give up what their new labels do not ask for, but the last one that matched keeps it', async () => {
      expect(await fleet.cli('cluster', 'labels', 'near', 'tier=core')).toMatchObject({ status: 0, stderr: '' });
      // No document says that it is to go: it waits for an approval.
      const waiting = await fleet.until('it to wait', ({ guarded }) => guarded.length > 0);
      expect(waiting.guarded).toMatchObject([
        { code: 'EMPTY_RENDER', cluster: 'near', ids: [map('dark')] },
        { code: 'EMPTY_RENDER', cluster: 'near', ids: [map('web')] },
      ]);
      expect(await valueAt(near, 'web')).toBe('4');
      for (const { change } of waiting.guarded) {
        expect(await fleet.cli('approve', change)).toMatchObject({ status: 0 });
      }
      await near.view.untilGone(map('web'));
      expect(await valueAt(far, 'web')).toBe('4');
      await fleet.cli('cluster', 'labels', 'far', 'tier=core');
      await fleet.hub().idle();
      const status = await fleet.settled();
      expect(await valueAt(far, 'web')).toBe('4');
      expect(status.clusters.map(({ labels }) => labels)).toEqual([{ tier: 'core' }, { tier: 'core' }]);
      expect([...status.problems, ...status.guarded].map(({ code }) => code)).toContain('PLACEMENT_EMPTY');
      for (const name of ['near', 'far']) await fleet.cli('cluster', 'labels', name, 'tier=edge');
      await near.view.until(map('web'), 'back', () => true);
      await fleet.until('nothing to be left to say', ({ problems }) => problems.length === 0);
    });

    it('are refused once they are revoked, and keep what they run', async () => {
      const revoked = await fleet.cli('cluster', 'revoke', 'far');
      expect(revoked.stdout).toMatch(/far .*revoked/);
      await fleet.push({ 'web.yaml': placed('web', '5', 5, { tier: 'edge' }) });
      await near.view.until(map('web'), 'at 5', ({ data }) => (data as { value: string }).value === '5');
      await fleet.until('it to be stale', (now) => rowOf(now, 'default/web', 'far')?.health === 'Stale');
      expect(await valueAt(far, 'web')).toBe('4');
      const said = await fleet.cli('status');
      expect(said.status).toBe(11);
      expect(said.stdout).toContain('cluster far: revoked');
    });

    it('leave with what they run still running', async () => {
      const removed = await fleet.cli('cluster', 'remove', 'near');
      expect(removed.stdout).toBe('cluster near leaves with its next bundle (workloads: orphan)\n');
      await fleet.until('it to have left', ({ clusters }) => !clusters.some(({ name }) => name === 'near'));
      expect(await valueAt(near, 'web')).toBe('5');
      expect((await fleet.cli('cluster', 'remove', 'near')).stderr).toMatch(/^error\[REFERENCE_NOT_FOUND\]/);
    });

    it('take away all they ran when the one who removes them says so', async () => {
      const spare = await fleet.join('spare', { body: { labels: { tier: 'edge' }, capabilities: { ingress: true } } });
      await spare.view.until(map('web'), 'there', () => true);
      await fleet.until(
        'it to be settled',
        ({ clusters }) => clusters.find(({ name }) => name === 'spare')?.settled === true,
      );
      await fleet.cli('cluster', 'remove', 'spare', '--delete-workloads');
      await spare.view.untilGone(map('web'));
      await fleet.until('it to have left', ({ clusters }) => !clusters.some(({ name }) => name === 'spare'));
    });
  });

  describe(`a channel on disk, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    let site: Site;
    let clone: string;
    const ref = (name: string): string => `refs/heads/clusters/${name}`;
    const value = async (): Promise<string | undefined> =>
      ((await site.view.get(map('web')))?.['data'] as { value: string } | undefined)?.value;
    const carry = () => git(clone, 'fetch', '--quiet', 'origin', '+refs/heads/*:refs/heads/*');
    const faults = () => site.agent().logged();

    beforeAll(async () => {
      fleet = await startFleet({ backend });
      await fleet.push({
        'clusters.yaml': `${clusterYaml('alone', { tier: 'alone' })}---\n${clusterYaml('other', { tier: 'alone' })}`,
        'web.yaml': placed('web', '1', 1, { tier: 'alone' }),
      });
      site = await fleet.join('alone', { body: { reports: false }, agent: null });
      await fleet.join('other', { agent: null });
      await fleet.push({});
      clone = join(fleet.folder, 'stick.git');
      await git(fleet.folder, 'clone', '--quiet', '--mirror', join(fleet.data, 'channel.git'), clone);
      const ticket = { ...site.ticket(), url: `file://${clone}`, hub: null };
      site.start({ ticket, flags: { poll: 1 } });
      await site.view.until(map('web'), 'there', () => true);
    }, 120_000);
    afterAll(() => fleet.close());

    it('is followed as it is carried over', async () => {
      expect(await value()).toBe('1');
      await fleet.push({ 'web.yaml': placed('web', '2', 2, { tier: 'alone' }) });
      await carry();
      await site.view.until(map('web'), 'at 2', ({ data }) => (data as { value: string }).value === '2');
      const said = await fleet.cli('status');
      expect(said.stdout).toMatch(/web +alone +.*Unknown/);
    });

    it('is refused when it is an old one, and followed again when it goes on', async () => {
      const now = await git(clone, 'rev-parse', ref('alone'));
      await git(clone, 'update-ref', ref('alone'), `${now}~1`);
      await waitFor(
        'the old bundle to be refused',
        () => (faults().includes('ROLLED_BACK') ? true : undefined),
        patienceMs,
      );
      expect(await value()).toBe('2');
      await fleet.push({ 'web.yaml': placed('web', '3', 3, { tier: 'alone' }) });
      await carry();
      await site.view.until(map('web'), 'at 3', ({ data }) => (data as { value: string }).value === '3');
    });

    it("is refused when it has another cluster's bundle in its place", async () => {
      await git(clone, 'update-ref', ref('alone'), ref('other'));
      await waitFor('it to be refused', () => (faults().includes('WRONG_ADDRESSEE') ? true : undefined), patienceMs);
      expect(await value()).toBe('3');
    });

    it('may lose its refs or be gone, and nothing happens but a complaint', async () => {
      await git(clone, 'update-ref', '-d', ref('alone'));
      await waitFor('it to be missed', () => (faults().includes('"NOT_FOUND"') ? true : undefined), patienceMs);
      expect(await value()).toBe('3');
      await carry();
      await fleet.push({ 'web.yaml': placed('web', '4', 4, { tier: 'alone' }) });
      await carry();
      await site.view.until(map('web'), 'at 4', ({ data }) => (data as { value: string }).value === '4');
    });
  });
}
