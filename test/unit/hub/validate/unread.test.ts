import { describe, expect, it } from 'vitest';
import { configMemory, type ConfigTree } from '../../../fakes/config-tree.ts';

const app = (name: string, image = 'nginx'): string =>
  `kind: Application\nmetadata: {name: ${name}}\nspec: {components: [{name: web, type: webservice, properties: {image: ${image}}}]}\n`;
const other = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n';
const lfs = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 412\n';
const stays = app('stays');
const before: ConfigTree = { 'stays.yaml': stays, 'apps/shop.yaml': app('shop') };
const conflict = `<<<<<<< HEAD\n${app('shop')}=======\n${app('shop', 'b')}>>>>>>> main\n`;

describe('a file that held documents and cannot be read any more', () => {
  it.each<[string, ConfigTree, RegExp]>([
    ['a Git LFS pointer', { 'apps/shop.yaml': lfs }, /a Git LFS pointer.*; apps\/shop\.yaml/],
    ['a git-annex pointer', { 'apps/shop.yaml': '/annex/objects/SHA256E-s412--4d7a.yaml\n' }, /git-annex pointer/],
    ['encrypted by git-crypt', { 'apps/shop.yaml': Buffer.from('\0GITCRYPT\0abc') }, /git-crypt/],
    [
      'a symbolic link to a file that is not read',
      { 'apps/shop.yaml': { link: '../shop.txt' } },
      /symbolic link to shop\.txt/,
    ],
    [
      'a symbolic link out of the repository',
      { 'apps/shop.yaml': { link: '/etc/shop.yaml' } },
      /outside of the repository/,
    ],
    [
      'a symbolic link to another manifest',
      { 'apps/shop.yaml': { link: '../stays.yaml' } },
      /symbolic link to stays\.yaml/,
    ],
    ['in a folder that is a submodule now', { apps: { submodule: 'abc' } }, /apps is a submodule/],
    ['in a folder that is a link to another one', { apps: { link: '../elsewhere' } }, /apps is a symbolic link/],
    [
      'in a folder that is a link to one that is not read',
      { apps: { link: 'docs' }, 'docs/x.txt': 'x' },
      /apps is a symbolic link to docs/,
    ],
    ['empty', { 'apps/shop.yaml': '' }, /apps\/shop\.yaml is empty/],
    ['nothing but comments', { 'apps/shop.yaml': app('shop').replace(/^/gm, '# ') }, /apps\/shop\.yaml is empty/],
    ['text', { 'apps/shop.yaml': '../base/shop.yaml' }, /apps\/shop\.yaml is text/],
    [
      'a list',
      { 'apps/shop.yaml': app('shop').replace(/^/gm, '  ').replace('  ', '- ') },
      /apps\/shop\.yaml is a list/,
    ],
    ['the file of another program', { 'apps/shop.yaml': 'image: nginx\nport: 80\n' }, /is a mapping without kind/],
    ['cut in its name', { 'apps/shop.yaml': 'kind: Application\nmetadata: {name: sh}\n' }, /spec is missing/],
    ['cut in its kind', { 'apps/shop.yaml': 'kind: Appli\n' }, /unknown kind Appli/],
    [
      'under another name, and broken',
      { 'apps/shop.yaml': app('store').replace('webservice', 'nonsense') },
      /no component type nonsense/,
    ],
    ['without a kind', { 'apps/shop.yaml': app('shop').replace(/^kind.*\n/, '') }, /kind is missing/],
    ['of a kind in capitals', { 'apps/shop.yaml': app('shop').replace('kind', 'Kind') }, /kind is missing/],
    [
      'of an unknown kind',
      { 'apps/shop.yaml': app('shop').replace('Application', 'Aplication') },
      /unknown kind Aplication/,
    ],
    [
      'in a file whose name is not UTF-8',
      { 'apps/sh\\xf6p.yaml': { odd: 'its name is not UTF-8 (bytes 73 68)' } },
      /not UTF-8 \(bytes/,
    ],
    ['renamed, and broken', { 'apps/renamed.yaml': conflict }, /YAML_SYNTAX/],
    ['renamed, and a pointer', { 'apps/renamed.yaml': lfs }, /a Git LFS pointer/],
    ['renamed, and empty', { 'apps/renamed.yaml': '' }, /apps\/renamed\.yaml is empty/],
    ['renamed, and text', { 'apps/renamed.yaml': 'see the wiki' }, /apps\/renamed\.yaml is text/],
    ['renamed, and of an unknown kind', { 'x.yaml': app('shop').replace('Application', 'Aplication') }, /unknown kind/],
    ['renamed, and cut', { 'x.yaml': 'kind: Application\nmetadata: {name: sh}\n' }, /spec is missing/],
    ['moved into a new submodule', { elsewhere: { submodule: 'abc' } }, /elsewhere is a submodule/],
    ['moved behind a new link', { elsewhere: { link: '../other' } }, /elsewhere is a symbolic link/],
  ])('freezes what was in it, and an error names it: %s', async (_, damage, error) => {
    const commit = configMemory();
    await commit(before);
    const after = await commit({ 'stays.yaml': stays, ...damage });
    expect(after.apps).toEqual(['default/shop', 'default/stays']);
    expect(after.guarded).toMatchObject([{ code: 'SOURCE_REWOUND', ids: ['core.oam.dev/Application/default/shop'] }]);
    expect(after.lines.filter((line) => line.startsWith('error') && error.test(line))).toHaveLength(1);
    // It goes on waiting while nothing of that changes, over a restart, too; the change stays the same.
    const later = await commit({ 'stays.yaml': app('stays', 'b'), ...damage }, { restarted: true });
    expect([later.apps, later.guarded]).toEqual([after.apps, after.guarded]);
    const restarted = await commit({ 'stays.yaml': app('stays', 'b'), ...damage }, { descends: false });
    expect(restarted.guarded).toEqual(after.guarded);
    const back = await commit(before);
    expect([back.apps, back.guarded]).toEqual([['default/shop', 'default/stays'], []]);
    const again = await commit({ 'stays.yaml': stays, ...damage });
    const approved = await commit({ 'stays.yaml': stays, ...damage }, { approvals: [again.guarded[0]?.change ?? ''] });
    expect([approved.apps, approved.guarded]).toEqual([['default/stays'], []]);
  });

  it.each<[string, ConfigTree]>([
    ['a document that is broken in place', { 'apps/shop.yaml': app('shop').replace('components', 'component') }],
    ['a file that does not parse', { 'apps/shop.yaml': conflict }],
    ['a kind of ours in an unknown group', { 'apps/shop.yaml': `apiVersion: core.oam.de/v1beta1\n${app('shop')}` }],
    ['a kind of ours without a group', { 'apps/shop.yaml': `apiVersion: v1beta1\n${app('shop')}` }],
    [
      'a kind of ours in a group that nothing is known of',
      { 'apps/shop.yaml': `apiVersion: example.com/v1\n${app('shop')}` },
    ],
  ])('keeps the document of which it is known which it is: %s', async (_, damage) => {
    const commit = configMemory();
    await commit(before);
    const after = await commit({ 'stays.yaml': stays, ...damage });
    expect([after.apps, after.guarded]).toEqual([['default/shop', 'default/stays'], []]);
    expect(after.lines.filter((line) => line.startsWith('error'))).not.toEqual([]);
    expect((await commit({ 'stays.yaml': stays })).apps).toEqual(['default/stays']);
  });

  it.each<[string, ConfigTree]>([
    ['the file is gone', {}],
    ['its file is there without it', { 'apps/shop.yaml': app('other') }],
    ['its file has an object of Kubernetes instead', { 'apps/shop.yaml': other }],
    ['a link to a folder that is read anyway came', { current: { link: 'apps' }, 'apps/x.yaml': other }],
    ['the file is gone, and a file of another program came', { 'values.yaml': 'image: nginx\n' }],
    [
      'the file is gone, and a document of which it is known which it is broke',
      { 'stays.yaml': stays.replace('spec', 'spc') },
    ],
  ])('deletes what a commit removes: %s', async (_, damage) => {
    const commit = configMemory();
    await commit(before);
    const after = await commit({ 'stays.yaml': stays, ...damage });
    expect(after.apps).not.toContain('default/shop');
    expect(after.guarded).toEqual([]);
  });

  it('deletes what was renamed once the new one is in force', async () => {
    const commit = configMemory();
    await commit(before);
    await commit({ 'stays.yaml': stays, 'apps/shop.yaml': app('store').replace('webservice', 'nonsense') });
    const mended = await commit({ 'stays.yaml': stays, 'apps/shop.yaml': app('store') });
    expect([mended.apps, mended.guarded]).toEqual([['default/stays', 'default/store'], []]);
  });

  it('deletes once everything can be read, and it is still gone', async () => {
    const commit = configMemory();
    await commit(before);
    await commit({ 'stays.yaml': stays, 'apps/renamed.yaml': conflict });
    expect((await commit({ 'stays.yaml': stays })).apps).toEqual(['default/stays']);
  });

  it('deletes what is in no way related to what has been unreadable for long', async () => {
    const long = { vendor: { submodule: 'abc' }, 'tasks.yaml': '- a\n- list\n', latest: { link: '/srv' } };
    const commit = configMemory();
    await commit({ ...before, ...long });
    expect((await commit({ 'stays.yaml': stays, ...long })).apps).toEqual(['default/stays']);
  });

  it('keeps what left a file of several, while a file that came is broken', async () => {
    const commit = configMemory();
    await commit({ 'all.yaml': `${stays}---\n${app('shop')}` });
    const split = { 'all.yaml': stays, 'shop.yaml': conflict };
    expect((await commit(split)).apps).toEqual(['default/shop', 'default/stays']);
    expect((await commit({ ...split, 'x.yaml': app('x') })).apps).toEqual([
      'default/shop',
      'default/stays',
      'default/x',
    ]);
    expect((await commit({ ...split, 'shop.yaml': app('shop', 'b') })).guarded).toEqual([]);
  });

  it('keeps what a changed selection leaves out, whatever was pushed together with it', async () => {
    const commit = configMemory();
    await commit(before);
    const after = await commit(
      { ...before, 'stays.yaml': app('stays', 'b') },
      { selection: { paths: [], exclude: ['apps'] } },
    );
    expect(after.apps).toEqual(['default/shop', 'default/stays']);
    expect(after.guarded).toHaveLength(1);
    expect(after.lines).toEqual([expect.stringMatching(/^warning.*`paths` and `exclude` leave apps\/shop\.yaml out/)]);
  });

  it('is not asked about what the selection leaves out', async () => {
    const commit = configMemory();
    const templates = { 'charts/x.yaml': '{{ broken }}\nx: [', 'charts/sub': { submodule: 'abc' } };
    const selection = { paths: [], exclude: ['charts'] };
    await commit({ ...before, ...templates }, { selection });
    const after = await commit({ 'stays.yaml': stays, ...templates });
    expect([after.apps, after.lines]).toEqual([['default/stays'], []]);
  });
});

describe('files that a component names', () => {
  const named = `kind: Application
metadata: {name: shop}
spec: {components: [{name: raw, type: k8s-objects, properties: {path: k8s}}]}
`;
  const map = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
  const files = { 'app.yaml': named, 'k8s/a.yaml': map('a'), 'k8s/b.yaml': map('b') };

  it.each<[string, ConfigTree]>([
    ['a link', { 'k8s/a.yaml': map('a'), 'k8s/b.yaml': { link: '/b' } }],
    ['a link to a manifest', { 'k8s/a.yaml': map('a'), 'k8s/b.yaml': { link: 'a.yaml' } }],
    ['a pointer', { 'k8s/a.yaml': map('a'), 'k8s/b.yaml': lfs }],
    ['empty', { 'k8s/a.yaml': map('a'), 'k8s/b.yaml': '# nothing\n---\n' }],
    ['not UTF-8', { 'k8s/a.yaml': map('a'), 'k8s/b.yaml': Buffer.from('a: caf\xe9\n', 'latin1') }],
    ['renamed and broken', { 'k8s/a.yaml': map('a'), 'k8s/c.yaml': conflict }],
    ['all in a submodule', { k8s: { submodule: 'abc' } }],
    ['all behind a link', { k8s: { link: '../x' } }],
  ])('keep the application as it is when they cannot be read: %s', async (_, damage) => {
    const commit = configMemory();
    expect((await commit(files)).newest).toEqual({ 'default/shop': 'shop-v1' });
    const after = await commit({ 'app.yaml': named, ...damage });
    expect([after.apps, after.newest]).toEqual([['default/shop'], { 'default/shop': 'shop-v1' }]);
    expect(after.fleet.frozen).toContain('Application default/shop');
    expect(after.lines.filter((line) => line.startsWith('error'))).not.toEqual([]);
    const back = await commit(files);
    expect([back.newest, back.guarded, [...back.fleet.frozen]]).toEqual([{ 'default/shop': 'shop-v1' }, [], []]);
  });

  it('are removed when the file is removed, or when the change is approved', async () => {
    const commit = configMemory();
    await commit(files);
    const removed = await commit({ 'app.yaml': named, 'k8s/a.yaml': map('a') });
    expect([removed.newest, removed.guarded]).toEqual([{ 'default/shop': 'shop-v2' }, []]);
    const empty = { 'app.yaml': named, 'k8s/a.yaml': map('a'), 'k8s/b.yaml': '' };
    await commit(files);
    const { guarded } = await commit(empty);
    const approved = await commit(empty, { approvals: [guarded[0]?.change ?? ''] });
    expect([approved.newest, approved.guarded]).toEqual([{ 'default/shop': 'shop-v3' }, []]);
    expect((await commit(empty)).guarded).toEqual([]);
  });

  it('may be left out of the selection', async () => {
    const commit = configMemory();
    const selection = { paths: ['app.yaml'], exclude: [] };
    await commit(files, { selection });
    const after = await commit({ ...files, 'k8s/b.yaml': lfs });
    expect(after.newest).toEqual({ 'default/shop': 'shop-v1' });
    expect(after.lines.join('\n')).toMatch(/error\[FILE_UNREADABLE\] this is a Git LFS pointer; k8s\/b\.yaml/);
  });
});

describe('whose a document is', () => {
  it.each([
    [
      'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {source: {}, destination: {}}\n',
      'Application of argoproj.io/v1alpha1',
    ],
    [
      'apiVersion: app.k8s.io/v1beta1\nkind: Application\nmetadata: {name: a}\nspec: {componentKinds: []}\n',
      'Application of app.k8s.io/v1beta1',
    ],
    [
      'apiVersion: cluster.x-k8s.io/v1beta1\nkind: Cluster\nmetadata: {name: a}\nspec: {clusterNetwork: {}}\n',
      'Cluster of cluster.x-k8s.io/v1beta1',
    ],
    [
      'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: a}\nspec: {instances: 3}\n',
      'Cluster of postgresql.cnpg.io/v1',
    ],
    ['apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n', 'ConfigMap of v1'],
    ['apiVersion: v2\nname: chart\nversion: 1.0.0\n', 'a mapping without kind'],
    ['resources: [a.yaml]\n', 'a mapping without kind'],
    ['- hosts: all\n', 'a list'],
    ['just text\n', 'text'],
  ])('is counted and shown when it is of others: %j', async (text, what) => {
    const { lines, skipped } = await configMemory()({ 'stays.yaml': stays, 'x.yaml': text });
    expect([lines, skipped]).toEqual([[], [`x.yaml:1 ${what}`]]);
  });

  it.each([
    ['kind: Aplication\nmetadata: {name: a}\n', /unknown kind Aplication/],
    ['kind: ConfigMap\nmetadata: {name: a}\n', /unknown kind ConfigMap/],
    ['Kind: Application\nmetadata: {name: a}\nspec: {}\n', /kind is missing/],
    ['metadata: {name: a}\nspec: {}\n', /kind is missing/],
    [
      'apiVersion: core.oam.de/v1beta1\nkind: Application\nmetadata: {name: a}\nspec: {}\n',
      /Application of core\.oam\.de/,
    ],
    ['apiVersion: oam.dev/v1beta1\nkind: Application\nmetadata: {name: a}\n', /Application of oam\.dev/],
    ['apiVersion: v1beta1\nkind: Application\nmetadata: {name: a}\n', /Application of v1beta1/],
    ['apiVersion: 1\nkind: Application\nmetadata: {name: a}\n', /Application of 1/],
    ['apiVersion: apps/v1\nkind: ApplicationDeployment\nmetadata: {name: a}\n', /ApplicationDeployment of apps\/v1/],
    ['apiVersion: v1\nkind: ApplicationDeploymnt\nmetadata: {name: a}\n', /unknown kind ApplicationDeploymnt/],
    [
      'apiVersion: example.com/v1\nkind: Application\nmetadata: {name: a}\nspec: {components: []}\n',
      /Application of example\.com/,
    ],
    ['apiVersion: example.com/v1\nkind: Cluster\nmetadata: {name: a}\n', /Cluster of example\.com/],
    ['apiVersion: core.oam.dev/v1beta1\nkind: ApplicationList\nitems: []\n', /unknown kind ApplicationList/],
  ])('is an error when it was meant as one of ours: %j', async (text, error) => {
    const { lines } = await configMemory()({ 'stays.yaml': stays, 'x.yaml': text });
    expect(lines).toEqual([expect.stringMatching(error)]);
  });

  it('is ours in a List, as kubectl writes one', async () => {
    const item = (name: string) => ({
      apiVersion: 'core.oam.dev/v1beta1',
      kind: 'Application',
      metadata: { name },
      spec: { components: [{ name: 'web', type: 'webservice', properties: { image: 'nginx' } }] },
    });
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [item('a'), item('b')] });
    const { apps, lines } = await configMemory()({ 'list.yaml': list });
    expect([apps, lines]).toEqual([['default/a', 'default/b'], []]);
  });
});
