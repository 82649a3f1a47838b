import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configMemory, type ConfigTree, type TreeItem } from '../../fakes/config-tree.ts';

const names = ['a', 'b', 'c', 'd'];
const paths = ['one.yaml', 'apps/two.yaml', 'apps/three.yaml'];
const app = (name: string): string =>
  `kind: Application\nmetadata: {name: ${name}}\nspec: {components: [{name: web, type: webservice, properties: {image: i}}]}\n`;
const always = { 'always.yaml': app('always') };

/** What may happen to a file: everything but `whole` makes that it cannot be read. */
const damages: Readonly<Record<string, (text: string) => TreeItem>> = {
  pointer: () => 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 412\n',
  link: () => ({ link: '/srv/x.yaml' }),
  empty: () => '',
  comments: (text) => text.replace(/^/gm, '# '),
  text: () => 'see the wiki',
  list: () => '- a\n',
  conflict: (text) => `<<<<<<< HEAD\n${text}=======\n`,
  cut: (text) => text.slice(0, 'kind: Appli'.length),
  'cut in a name': () => 'kind: Application\nmetadata: {name: x}\n',
  'unknown kind': (text) => text.replaceAll('Application', 'Aplication'),
  capitals: (text) => text.replaceAll('kind', 'Kind'),
  'not UTF-8': (text) => Buffer.concat([Buffer.from(text), Buffer.from([0xff])]),
};

interface Step {
  /** The file of each application; null = removed. */
  readonly where: readonly (string | null)[];
  readonly damage: Readonly<Record<string, string>>;
  readonly restarted: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  where: fc.tuple(...names.map(() => fc.constantFrom(...paths, ...paths, null))),
  damage: fc.dictionary(fc.constantFrom(...paths), fc.constantFrom(...Object.keys(damages)), { maxKeys: 2 }),
  restarted: fc.boolean(),
});

/** True for a file without documents that was there just so before: nothing can have gone into it. */
function isOldLeftover(path: string, one: Step, steps: readonly Step[]): boolean {
  const last = steps[steps.indexOf(one) - 1];
  const isLeftover = ['empty', 'comments', 'text', 'list'].includes(one.damage[path] ?? '');
  return isLeftover && last !== undefined && treeOf(last)[path] === treeOf(one)[path];
}

function treeOf({ where, damage }: Step): ConfigTree {
  const tree: Record<string, TreeItem> = { ...always };
  for (const path of paths) {
    const text = names.flatMap((name, index) => (where[index] === path ? [app(name)] : [])).join('---\n');
    const broken = damages[damage[path] ?? ''];
    if (broken !== undefined) tree[path] = broken(text === '' ? app('fresh') : text);
    else if (text !== '') tree[path] = text;
  }
  return tree;
}

describe('whatever happens to the files of a config repository', () => {
  it('nothing is deleted unless its file is readable without it, or gone from a commit that is readable as a whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        const commit = configMemory();
        let before: readonly { readonly key: string; readonly place: { readonly path: string } }[] = [];
        for (const one of steps) {
          const after = await commit(treeOf(one), { restarted: one.restarted });
          const kept = new Set(after.documents.map(({ key }) => key));
          for (const { key, place } of before.filter((seen) => !kept.has(seen.key))) {
            const isThere = Object.hasOwn(treeOf(one), place.path);
            const isReadable = isThere && one.damage[place.path] === undefined;
            const isWhole = Object.keys(one.damage).every((path) => isOldLeftover(path, one, steps));
            expect([key, isReadable || (!isThere && isWhole)]).toEqual([key, true]);
          }
          // What came new and cannot be read may have anything that went missing with it.
          const brought = Object.keys(one.damage).some((path) => !before.some(({ place }) => place.path === path));
          if (brought && before.length > 0 && steps.indexOf(one) === 1 && Object.keys(steps[0]!.damage).length === 0)
            expect(before.filter(({ key }) => !kept.has(key))).toEqual([]);
          before = after.documents;
        }
      }),
      { numRuns: 300 },
    );
  });
});
