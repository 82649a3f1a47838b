import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { git } from '../../fakes/git.ts';
import type { Backend } from './backend.ts';
import { clusterYaml, configApp } from './documents.ts';
import { rowOf, startFleet, type Fleet, type Site } from './fleet.ts';

const map = (name: string): string => `/ConfigMap/default/${name}`;

/** Registers what happens to clusters when their config repository is damaged, rewritten, emptied, or out of reach. */
export function describeSource(backend: Backend): void {
  describe(`a config repository on a bad day, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    let site: Site;
    /** Values of the maps that the two applications deliver, undefined for one that is gone. */
    const values = async (): Promise<Record<string, unknown>> => {
      const maps = await Promise.all(['one', 'two', 'three'].map((name) => site.view.get(map(name))));
      return Object.fromEntries(
        maps.flatMap((object) =>
          object === undefined ? [] : [[object.metadata.name, (object['data'] as { value: string }).value]],
        ),
      );
    };
    const codes = async (): Promise<string[]> => (await fleet.status()).problems.map(({ code }) => code).sort();

    beforeAll(async () => {
      fleet = await startFleet({ backend, hub: { localCluster: 'local' } });
      await fleet.push({
        'clusters.yaml': clusterYaml('local'),
        'one.yaml': configApp('one', { one: '1' }),
        'two.yaml': configApp('two', { two: '1' }),
      });
      site = await fleet.join('local');
      await fleet.settled();
      expect(await values()).toEqual({ one: '1', two: '1' });
    }, 120_000);
    afterAll(() => fleet.close());

    it('lets every other file proceed when one does not parse, and keeps what that one delivered', async () => {
      await fleet.push({ 'one.yaml': 'kind: Application\n  broken: [\n', 'two.yaml': configApp('two', { two: '2' }) });
      const status = await fleet.settled();
      expect(await values()).toEqual({ one: '1', two: '2' });
      expect(status.problems).toMatchObject([{ code: 'YAML_SYNTAX', path: 'one.yaml', severity: 'error' }]);
      expect(status.applications.map(({ application, health }) => [application, health])).toEqual([
        ['default/one', 'Healthy'],
        ['default/two', 'Healthy'],
      ]);
      const said = await fleet.cli('status');
      expect(said.status).toBe(10);
      expect(said.stdout).toMatch(/^error\[YAML_SYNTAX\] .*; one\.yaml:\d+:\d+/m);
      await fleet.push({ 'one.yaml': configApp('one', { one: '1' }) });
      expect(await codes()).toEqual([]);
    });

    it('keeps everything when the branch is gone, says so, and goes on when it is back', async () => {
      await git(fleet.config.workTree, 'push', '--quiet', 'origin', ':main');
      await fleet.look();
      expect(await codes()).toEqual(['SOURCE_EMPTY']);
      expect((await fleet.cli('status')).stdout).toMatch(/error\[SOURCE_EMPTY\] .*nothing is deleted/);
      expect(await values()).toEqual({ one: '1', two: '2' });
      await fleet.push({ 'one.yaml': configApp('one', { one: '2' }) });
      await fleet.settled();
      expect(await values()).toEqual({ one: '2', two: '2' });
      expect(await codes()).toEqual([]);
    });

    it('keeps everything when a commit empties the repository, and goes on with the next one', async () => {
      await fleet.push({ 'clusters.yaml': null, 'one.yaml': null, 'two.yaml': null });
      expect(await codes()).toEqual(['SOURCE_EMPTY']);
      await fleet.settled();
      expect(await values()).toEqual({ one: '2', two: '2' });
      await fleet.push({
        'clusters.yaml': clusterYaml('local'),
        'one.yaml': configApp('one', { one: '3' }),
        'two.yaml': configApp('two', { two: '2' }),
      });
      await fleet.settled();
      expect(await values()).toEqual({ one: '3', two: '2' });
      expect(await codes()).toEqual([]);
    });

    it('keeps everything, and repairs it, while the Git host is down', async () => {
      await fleet.config.down();
      await fleet.look();
      expect(await codes()).toEqual(['SOURCE_UNAVAILABLE']);
      const { kube } = site.view;
      const signal = AbortSignal.timeout(10_000);
      const resource = await kube.resource({ group: '', kind: 'ConfigMap' }, signal);
      const lost = (await site.view.get(map('two')))!;
      await kube.delete(
        { resource, namespace: 'default', name: 'two' },
        { uid: lost.metadata.uid!, propagation: 'Background', signal },
      );
      await site.view.until(map('two'), 'made again', ({ metadata }) => metadata.uid !== lost.metadata.uid);
      expect(await values()).toEqual({ one: '3', two: '2' });
      await fleet.config.up();
      await fleet.look();
      expect(await codes()).toEqual([]);
      expect((await fleet.settled()).applications.every(({ health }) => health === 'Healthy')).toBe(true);
    });
  });

  describe(`a config repository whose history was rewritten, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    let site: Site;
    beforeAll(async () => {
      fleet = await startFleet({ backend, hub: { localCluster: 'local' } });
      await fleet.push({
        'clusters.yaml': clusterYaml('local'),
        'one.yaml': configApp('one', { one: '1' }),
        'two.yaml': configApp('two', { two: '1' }),
      });
      site = await fleet.join('local');
      await fleet.settled();
    }, 120_000);
    afterAll(() => fleet.close());

    it('deletes nothing that is missing until that is approved, while additions proceed', async () => {
      const { workTree } = fleet.config;
      await git(workTree, 'checkout', '--quiet', '--orphan', 'rewritten');
      await git(workTree, 'rm', '--quiet', '-f', 'two.yaml');
      await git(workTree, 'commit', '--quiet', '--message', 'rewritten without two');
      await git(workTree, 'push', '--quiet', '--force', 'origin', 'HEAD:main');
      await fleet.look();
      await fleet.push({ 'three.yaml': configApp('three', { three: '1' }) });
      const status = await fleet.settled();
      expect(status.guarded).toMatchObject([
        { code: 'SOURCE_REWOUND', ids: ['core.oam.dev/Application/default/two'], cluster: null },
      ]);
      expect(rowOf(status, 'default/two')).toMatchObject({ health: 'Healthy' });
      expect(await site.view.get(map('two'))).toBeDefined();
      expect(await site.view.get(map('three'))).toBeDefined();
      const said = await fleet.cli('status');
      expect(said.status).toBe(10);
      expect(said.stdout).toContain('guarded[SOURCE_REWOUND] the repository: would delete 1 object');
      // The change that waits is told once: not a second time as a problem.
      expect(said.stdout).not.toContain('warning[SOURCE_REWOUND]');
      expect(status.problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
        'SOURCE_REWOUND Application default/two is missing, and no commit removed it: it stays as it is',
      ]);
    });

    it('waits as patiently over a restart of the hub', async () => {
      await fleet.stopHub();
      await fleet.startHub();
      const { guarded, problems } = await fleet.settled();
      expect(guarded).toHaveLength(1);
      expect(problems.map(({ code }) => code)).toEqual(['SOURCE_REWOUND']);
      expect(await site.view.get(map('two'))).toBeDefined();
    });

    it('deletes it once the change that `status` names is approved', async () => {
      const said = await fleet.cli('status');
      const digest = /sluice-hub approve ([0-9a-f]{12,})/.exec(said.stdout)?.[1] ?? '';
      const refused = await fleet.cli('approve', `0${digest.slice(1)}1`);
      expect(refused).toMatchObject({ status: 5 });
      expect(refused.stderr).toMatch(/^error\[CHANGE_NOT_FOUND\] .*sluice-hub status.*\n$/);
      const approved = await fleet.cli('approve', digest, '--by', 'rosa');
      expect(approved).toMatchObject({ status: 0, stderr: '' });
      await site.view.untilGone(map('two'));
      const status = await fleet.settled();
      expect(status.guarded).toEqual([]);
      expect(status.problems).toEqual([]);
      expect(rowOf(status, 'default/two')).toBeUndefined();
      expect(await site.view.get(map('one'))).toBeDefined();
      expect(await fleet.cli('status')).toMatchObject({ status: 0 });
    });
  });
}
