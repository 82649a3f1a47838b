import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { git } from '../../fakes/git.ts';
import type { Backend } from './backend.ts';
import { configApp } from './documents.ts';
import { startFleet, type Fleet, type Site } from './fleet.ts';

const fixtures = new URL('../../fixtures/field/', import.meta.url).pathname;
const shop = '/ConfigMap/default/shop';

/** Changes the work tree of a config repository that holds one of the cases. */
type Damage = (workTree: string) => Promise<unknown>;

interface Case {
  readonly name: string;
  /** The folder of the state before, and where it goes. */
  readonly before: string;
  readonly to?: string;
  readonly damage: Damage;
  /** What an error of `status` says. */
  readonly error: RegExp;
}

const replaced =
  (folder: string): Damage =>
  async (work) => {
    await git(work, 'rm', '--quiet', '-r', '.');
    await cp(join(fixtures, folder), work, { recursive: true });
  };

const cases: readonly Case[] = [
  {
    name: 'vanish-lfs',
    before: 'vanish-lfs/before',
    damage: replaced('vanish-lfs/after'),
    error: /a Git LFS pointer, not a manifest; shop\.yaml/,
  },
  {
    name: 'vanish-move-and-break',
    before: 'vanish-move-and-break/before',
    damage: replaced('vanish-move-and-break/after'),
    error: /YAML_SYNTAX.*; shop-renamed\.yaml/,
  },
  {
    name: 'vanish-submodule-symlink, a submodule',
    before: 'vanish-submodule-symlink',
    to: 'apps',
    damage: async (work) => {
      await git(work, 'rm', '--quiet', '-r', 'apps/shop.yaml');
      await cp(join(work, 'apps', 'clusters.yaml'), join(work, 'clusters.yaml'));
      await git(work, 'rm', '--quiet', '-r', 'apps');
      await git(work, 'update-index', '--add', '--cacheinfo', `160000,${await git(work, 'rev-parse', 'HEAD')},apps`);
      await mkdir(join(work, 'apps'));
    },
    error: /apps is a submodule.*; apps/,
  },
  {
    name: 'vanish-submodule-symlink, a file that is a link',
    before: 'vanish-submodule-symlink',
    to: 'apps',
    damage: async (work) => {
      await rm(join(work, 'apps', 'shop.yaml'));
      await symlink('../README.md', join(work, 'apps', 'shop.yaml'));
    },
    error: /a symbolic link to README\.md, not a manifest; apps\/shop\.yaml/,
  },
  {
    name: 'vanish-submodule-symlink, a folder that is a link',
    before: 'vanish-submodule-symlink',
    to: 'apps',
    damage: async (work) => {
      await cp(join(work, 'apps', 'clusters.yaml'), join(work, 'clusters.yaml'));
      await rm(join(work, 'apps'), { recursive: true });
      await symlink('/srv/apps', join(work, 'apps'));
    },
    error: /apps is a symbolic link.*; apps/,
  },
  {
    name: 'a file of no bytes',
    before: 'vanish-lfs/before',
    damage: (work) => writeFile(join(work, 'shop.yaml'), ''),
    error: /shop\.yaml is empty.*; shop\.yaml/,
  },
];

/** Registers what happens on clusters when files of the config repository cannot be read any more. */
export function describeUnread(backend: Backend): void {
  describe(`a config repository with files that cannot be read, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    let site: Site;

    const commit = async (change: Damage): Promise<void> => {
      const { workTree } = fleet.config;
      await change(workTree);
      await git(workTree, 'add', '--all');
      await git(workTree, 'commit', '--quiet', '--allow-empty', '--message', 'a change');
      await git(workTree, 'push', '--quiet', 'origin', 'HEAD:main');
      await fleet.look();
    };
    const begin = async ({ before, to = '' }: Pick<Case, 'before' | 'to'>): Promise<void> => {
      await commit(async (work) => {
        await git(work, 'rm', '--quiet', '-r', '.');
        await writeFile(join(work, 'README.md'), 'no manifest\n');
        await mkdir(join(work, to), { recursive: true });
        await cp(join(fixtures, before), join(work, to), { recursive: true });
      });
      await fleet.settled();
      expect(await site.view.get(shop)).toBeDefined();
    };

    beforeAll(async () => {
      fleet = await startFleet({ backend });
      await fleet.push({ 'clusters.yaml': 'kind: Cluster\nmetadata: { name: c1, labels: { env: prod } }\n' });
      site = await fleet.join('c1');
    }, 120_000);
    afterAll(() => fleet.close());

    it.each(cases)('keeps what runs, says which file it is, and deletes once that is approved: $name', async (one) => {
      await begin(one);
      await commit(one.damage);
      const status = await fleet.settled();
      expect(await site.view.get(shop)).toBeDefined();
      expect(status.guarded).toMatchObject([{ code: 'SOURCE_REWOUND' }]);
      const said = await fleet.cli('status');
      expect(said.status).toBe(10);
      expect(said.stdout.split('\n').filter((line) => line.startsWith('error') && one.error.test(line))).toHaveLength(
        1,
      );
      const digest = /sluice-hub approve ([0-9a-f]{12,})/.exec(said.stdout)?.[1] ?? '';
      expect(await fleet.cli('approve', digest)).toMatchObject({ status: 0 });
      await site.view.untilGone(shop);
    });

    it('reads files that were joined with a byte order mark each: vanish-bom', async () => {
      await begin({ before: 'vanish-bom/before' });
      await commit(replaced('vanish-bom/after'));
      const { problems, guarded } = await fleet.settled();
      expect([problems, guarded]).toEqual([[], []]);
      expect(await site.view.get(shop)).toBeDefined();
    });

    it('delivers what comes after a name that is not UTF-8, over a restart, too: non-utf8-name', async () => {
      await begin({ before: 'non-utf8-name' });
      const odd = (work: string) =>
        Buffer.concat([Buffer.from(`${work}/caf`), Buffer.from([0xe9]), Buffer.from('.txt')]);
      await commit((work) => writeFile(odd(work), 'x'));
      const { problems } = await fleet.settled();
      expect(problems).toMatchObject([{ code: 'FILE_UNREADABLE', severity: 'warning', path: 'caf\\xe9.txt' }]);
      await fleet.stopHub();
      await fleet.startHub();
      await commit(async (work) => {
        await rm(odd(work));
        const deployment =
          'kind: ApplicationDeployment\nmetadata: { name: more }\nspec:\n  appRevisions:\n    - revisionName: more-v1\n      placement: [{ clusterSelector: { name: c1 } }]\n';
        await writeFile(join(work, 'more.yaml'), `${configApp('more', { more: '1' })}---\n${deployment}`);
      });
      expect((await fleet.settled()).problems).toEqual([]);
      expect(await site.view.get('/ConfigMap/default/more')).toBeDefined();
    });
  });
}
