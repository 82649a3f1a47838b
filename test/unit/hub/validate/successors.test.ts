import { describe, expect, it } from 'vitest';
import { successorLookup, type Newcomer } from '../../../../hub/validate/successors.ts';
import type { SeenDocument } from '../../../../hub/model/seen-documents.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { configMemory, type AfterCommit, type CommitFacts, type ConfigTree } from '../../../fakes/config-tree.ts';

const app = (name: string, facts: { type?: string; namespace?: string; image?: string } = {}): string =>
  `kind: Application
metadata: {name: ${name}, namespace: ${facts.namespace ?? 'default'}}
spec: {components: [{name: web, type: ${facts.type ?? 'webservice'}, properties: {image: ${facts.image ?? 'nginx'}}}]}
`;
const broken = (name: string, namespace = 'default'): string => app(name, { type: 'nonsense', namespace });
const deployment = (name: string, revision: string): string =>
  `kind: ApplicationDeployment\nmetadata: {name: ${name}}\nspec: {appRevisions: [{revisionName: ${revision}, placement: [{}]}]}\n`;
const trait = (name: string, label = 'a'): string =>
  `kind: TraitDefinition\nmetadata: {name: ${name}, labels: {x: "${label}"}}\nspec: {schematic: {cue: {template: "x: 1"}}}\n`;
const cluster = (name: string): string => `kind: Cluster\nmetadata: {name: ${name}}\n`;
const stays = app('stays');
const before: ConfigTree = { 'stays.yaml': stays, 'shop.yaml': app('shop'), 'cart.yaml': app('cart') };
const { 'cart.yaml': cart } = before;

const documents = (after: AfterCommit): string[] => after.documents.map(({ kind, key }) => `${kind} ${key}`);

/** A hub over a sequence of commits that is started anew before each of them, or never. */
const hubs = [
  ['a hub that runs on', {}],
  ['a hub that is started anew', { restarted: true }],
] as const satisfies readonly (readonly [string, CommitFacts])[];

describe.each(hubs)('an application that is renamed and broken in one push: %s', (_, facts) => {
  it.each<[string, ConfigTree]>([
    ['in its own file', { 'shop.yaml': broken('store') }],
    ['in another file', { 'store.yaml': broken('store') }],
    ['in another folder', { 'teams/a/store.yaml': broken('store') }],
    ['into a file that was there before', { 'stays.yaml': `${stays}---\n${broken('store')}` }],
    ['under its own name in another namespace', { 'shop.yaml': broken('shop', 'other') }],
    ['in another namespace and another file', { 'x.yaml': broken('store', 'other') }],
    ['into two documents, both broken', { 'a.yaml': broken('a'), 'b.yaml': broken('b') }],
    ['into two documents, one of them broken', { 'a.yaml': app('a'), 'b.yaml': broken('b') }],
    ['while another document is mended', { 'x.yaml': broken('store'), 'cart.yaml': app('cart', { image: 'b' }) }],
  ])('keeps what runs, says so, and waits for approval: %s', async (_how, push) => {
    const commit = configMemory();
    await commit(before);
    const pushed = { 'stays.yaml': stays, 'cart.yaml': cart!, ...push };
    const after = await commit(pushed, facts);
    expect(after.apps).toContain('default/shop');
    expect(after.guarded).toMatchObject([{ code: 'SOURCE_REWOUND', ids: ['core.oam.dev/Application/default/shop'] }]);
    const [{ change } = { change: '' }] = after.guarded;
    const told = after.problems.find(({ app: of }) => of === 'default/shop');
    expect(told?.message).toMatch(
      /^Application default\/shop stays as it was last seen: it may have become Application/,
    );
    expect(told?.hint).toBe(`mend that, leave it out with \`exclude\`, or run: sluice-hub approve ${change}`);
    // It goes on waiting under the same change while other things are pushed, in other places, too.
    const later = await commit({ ...pushed, 'new.yaml': app('new') }, facts);
    expect([later.apps, later.guarded]).toEqual([[...after.apps, 'default/new'].sort(), after.guarded]);
    const approved = await commit(pushed, { ...facts, approvals: [change] });
    expect([approved.apps.includes('default/shop'), approved.guarded]).toEqual([false, []]);
    expect((await commit(pushed, facts)).apps).not.toContain('default/shop');
  });

  it.each<[string, ConfigTree, string[]]>([
    ['is in force', { 'store.yaml': app('store') }, ['default/store']],
    ['is in force elsewhere', { 'other.yaml': app('store') }, ['default/store']],
    ['is removed for good', {}, []],
    ['is in force, and another one broke', { 'store.yaml': app('store'), 'x.yaml': broken('x') }, ['default/store']],
  ])('lets the old one go once the new one %s', async (_how, next, rest) => {
    const commit = configMemory();
    const others = { 'stays.yaml': stays, 'cart.yaml': cart! };
    await commit(before);
    await commit({ ...others, 'store.yaml': broken('store') }, facts);
    const after = await commit({ ...others, ...next }, facts);
    const kept = next['x.yaml'] === undefined ? [] : ['default/shop'];
    expect(after.apps).toEqual(['default/cart', 'default/stays', ...rest, ...kept].sort());
  });

  it.each<[string, ConfigTree]>([
    ['still broken, with other words', { 'store.yaml': broken('store').replace('nonsense', 'nothing') }],
    ['still broken, moved', { 'moved/store.yaml': broken('store') }],
    ['renamed once more, and broken', { 'store.yaml': broken('market') }],
    ['in a file that does not parse', { 'store.yaml': 'kind: [' }],
  ])('goes on keeping it while the new one is %s', async (_how, next) => {
    const commit = configMemory();
    const others = { 'stays.yaml': stays, 'cart.yaml': cart! };
    await commit(before);
    await commit({ ...others, 'store.yaml': broken('store') }, facts);
    expect((await commit({ ...others, ...next }, facts)).apps).toContain('default/shop');
    expect((await commit({ ...others, 'store.yaml': app('store') }, facts)).apps).toEqual([
      'default/cart',
      'default/stays',
      'default/store',
    ]);
  });

  it('keeps both of two that vanish while one comes broken, and lets both go with one approval', async () => {
    const commit = configMemory();
    await commit(before);
    const pushed = { 'stays.yaml': stays, 'store.yaml': broken('store') };
    const after = await commit(pushed, facts);
    expect(after.apps).toEqual(['default/cart', 'default/shop', 'default/stays']);
    expect(after.guarded.map(({ ids }) => ids.length)).toEqual([2]);
    const approved = await commit(pushed, { ...facts, approvals: after.guarded.map(({ change }) => change) });
    expect(approved.apps).toEqual(['default/stays']);
  });

  it('keeps what left the file of several when the file was split', async () => {
    const commit = configMemory();
    await commit({ 'all.yaml': `${stays}---\n${app('shop')}` });
    const after = await commit({ 'a.yaml': stays, 'b.yaml': broken('store') }, facts);
    expect(after.apps).toEqual(['default/shop', 'default/stays']);
    expect((await commit({ 'a.yaml': stays, 'b.yaml': app('store') }, facts)).apps).toEqual([
      'default/stays',
      'default/store',
    ]);
  });

  it('keeps both of two that changed files and broke, under new names or their own', async () => {
    const commit = configMemory();
    await commit(before);
    const own = { 'stays.yaml': stays, 'shop.yaml': broken('cart'), 'cart.yaml': broken('shop') };
    expect((await commit(own, facts)).apps).toEqual(['default/cart', 'default/shop', 'default/stays']);
    const renamed = { 'stays.yaml': stays, 'shop.yaml': broken('basket'), 'cart.yaml': app('store') };
    const after = await commit(renamed, facts);
    expect(after.apps).toEqual(['default/cart', 'default/shop', 'default/stays', 'default/store']);
  });

  it('lets go what is deleted while something has been broken for long, in the same file, too', async () => {
    const commit = configMemory();
    const all = (...texts: readonly string[]): string => texts.join('---\n');
    await commit({ 'all.yaml': all(stays, app('shop'), broken('old')), 'cart.yaml': cart!, 'x.yaml': broken('older') });
    const rest = { 'x.yaml': broken('older') };
    const after = await commit({ ...rest, 'all.yaml': all(app('stays', { image: 'b' }), broken('old')) }, facts);
    expect([after.apps, after.guarded]).toEqual([['default/stays'], []]);
    // Moved as it was, it is not new either.
    await commit({ ...rest, 'all.yaml': all(stays, broken('old')), 'cart.yaml': cart! }, facts);
    expect((await commit({ 'all.yaml': stays, 'old.yaml': broken('old'), ...rest }, facts)).apps).toEqual([
      'default/stays',
    ]);
  });

  it('keeps what a copy of a document took the place of that has been broken for long, here and elsewhere', async () => {
    const commit = configMemory();
    await commit({ ...before, 'old.yaml': broken('old') });
    const pushed = {
      'stays.yaml': stays,
      'old.yaml': broken('old'),
      'shop.yaml': broken('old'),
      'x.yaml': broken('old'),
    };
    expect((await commit(pushed, facts)).apps).toEqual(['default/cart', 'default/shop', 'default/stays']);
    const later = { ...pushed, 'stays.yaml': app('stays', { image: 'b' }) };
    expect((await commit(later, facts)).apps).toEqual(['default/cart', 'default/shop', 'default/stays']);
    expect((await commit({ 'stays.yaml': stays }, facts)).apps).toEqual(['default/stays']);
  });

  it('lets go what is deleted later than something broke', async () => {
    const commit = configMemory();
    await commit(before);
    await commit({ ...before, 'store.yaml': broken('store') }, facts);
    const after = await commit({ 'stays.yaml': stays, 'cart.yaml': cart!, 'store.yaml': broken('store') }, facts);
    expect([after.apps, after.guarded]).toEqual([['default/cart', 'default/stays'], []]);
  });

  it.each<[string, ConfigTree, ConfigTree, string, boolean]>([
    [
      'a deployment that became another one',
      { 'd.yaml': deployment('wide', 'stays-v1') },
      { 'e.yaml': deployment('wider', 'gone-v7') },
      'ApplicationDeployment default/wide',
      true,
    ],
    [
      'a deployment, while an application came broken',
      { 'd.yaml': deployment('wide', 'stays-v1') },
      { 'e.yaml': broken('store') },
      'ApplicationDeployment default/wide',
      false,
    ],
    [
      'an application, while a deployment came broken',
      { 'd.yaml': app('shop') },
      { 'e.yaml': deployment('wider', 'gone-v7') },
      'Application default/shop',
      false,
    ],
    [
      'an application, while a deployment came broken in its file',
      { 'd.yaml': app('shop') },
      { 'd.yaml': deployment('wider', 'gone-v7') },
      'Application default/shop',
      true,
    ],
    [
      'a definition that became another one',
      { 'd.yaml': trait('zone') },
      { 'e.yaml': trait('region', 'a b') },
      'TraitDefinition default/zone',
      true,
    ],
    [
      'a cluster, which only `cluster remove` removes',
      { 'd.yaml': cluster('prod') },
      { 'e.yaml': broken('store') },
      'Cluster default/prod',
      true,
    ],
  ])('looks at kinds: %s', async (_how, there, push, id, isKept) => {
    const commit = configMemory();
    const start = await commit({ 'stays.yaml': stays, ...there });
    expect(documents(start)).toContain(id);
    const after = await commit({ 'stays.yaml': stays, ...push }, facts);
    expect(after.lines.filter((line) => line.startsWith('error'))).not.toEqual([]);
    expect(documents(after).includes(id)).toBe(isKept);
  });
});

describe('what a missing document may have become', () => {
  const [one, two] = [digestOf('one'), digestOf('two')];
  const newcomer = (id: string, digest = one, path = 'x.yaml'): Newcomer => ({
    id,
    digest,
    place: { path, line: 1, column: 1 },
  });
  const seen = (successors?: readonly string[]): SeenDocument => ({
    kind: 'Application',
    key: 'default/shop',
    place: { path: 'shop.yaml', line: 1, column: 1 },
    value: {},
    missing: successors === undefined ? null : { change: one, since: '', unread: 'words', successors },
  });
  const store = newcomer('Application default/store');
  const fresh = newcomer('Application default/fresh', two);

  it.each<[string, readonly Newcomer[], SeenDocument, readonly string[]]>([
    ['nothing where nothing came', [], seen(), []],
    ['what came with the push', [fresh], seen(), ['Application default/fresh']],
    ['not what was broken before', [store], seen(), []],
    [
      'what it waits for already, however old',
      [store],
      seen(['Application default/store']),
      ['Application default/store'],
    ],
    [
      'what is there once more than before',
      [store, { ...store, place: fresh.place }],
      seen(),
      ['Application default/store'],
    ],
    ['each once', [fresh], seen(['Application default/fresh']), ['Application default/fresh']],
    ['not what it waited for and is gone', [], seen(['Application default/store']), []],
    ['not of another kind', [newcomer('ApplicationDeployment default/shop', two)], seen(), []],
    [
      'of another kind in its file',
      [newcomer('ApplicationDeployment default/shop', two, 'shop.yaml')],
      seen(),
      ['ApplicationDeployment default/shop'],
    ],
  ])('is %s', (_, newcomers, document, expected) => {
    const lookup = successorLookup(newcomers, { documents: [document], broken: [one] });
    expect(lookup(document).map(({ id }) => id)).toEqual(expected);
  });

  it('is nothing where it was not in force before the push', () => {
    expect(successorLookup([fresh], { documents: [], broken: [] })(seen())).toEqual([]);
  });
});
