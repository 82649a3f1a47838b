import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ObjectReader } from '../../../../hub/model/objects.ts';
import type { PublishedBundle } from '../../../../hub/model/published-bundle.ts';
import { treeFiles } from '../../../../hub/model/tree-files.ts';
import { inFormat } from '../../../../hub/plan/format.ts';
import { buildBundle, type BuiltBundle } from '../../../../hub/publish/bundle.ts';
import { newSharing, type Sharing } from '../../../../hub/publish/folders.ts';
import type { GitObject, Oid } from '../../../../shared/lib/git/object.ts';
import { contentOf } from '../../../../shared/wire/bundle.ts';
import { encode } from '../../../../shared/wire/codec.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import type { BundleApp } from '../../../../shared/wire/revision.ts';
import { appOf, keys, revisionOf } from '../../../fixtures/agent/bundle.ts';

const facts = {
  ledger: 7,
  issuedAt: '2026-06-01T12:00:00.000Z',
  freshUntil: '2026-06-04T12:00:00.000Z',
  at: null,
};

/** An application with one object, and its file. */
function application(name: string, value: string) {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, data: { value } };
  const app = appOf([object], { namespace: 'shop', name, revisions: [], replicas: [], traffic: [] });
  const files = new Map([[app.objects[0]!.path, encode(object)]]);
  const in1 = inFormat(app, formats.revision.at(1), () => 0);
  const in2 = inFormat(app, formats.revision.at(2), (path) => files.get(path)!.length);
  return { name, files, app: (number: number) => (number === 1 ? in1 : in2) };
}

const all = ['web', 'api', 'job'].flatMap((name) => ['1', '2'].map((value) => application(name, value)));

describe('the folders of the bundles of one commit', () => {
  const open = () => {
    const store = new Map<Oid, GitObject>();
    const reader: ObjectReader = {
      has: (oid) => store.has(oid),
      read: (oid) => store.get(oid) ?? null,
      packed: () => null,
    };
    const bundles = new Map<string, PublishedBundle>();
    const build = (
      cluster: string,
      number: number,
      indexes: readonly number[],
      more: { sharing?: Sharing; from?: BundleApp } = {},
    ) => {
      const format = formats.revision.at(number);
      const chosen = [...new Map(indexes.map((index) => [all[index]!.name, all[index]!])).values()];
      const files = new Map(chosen.flatMap((one) => [...one.files]));
      const apps = chosen
        .map((one) => one.app(number))
        .map((app) => (more.from === undefined ? app : { ...app, from: contentOf(more.from) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const revision = { ...revisionOf(apps, files), cluster, format: number, bundle: format.count(apps, 0) };
      const previous = bundles.get(cluster) ?? null;
      return buildBundle(
        reader,
        keys.hub,
        { cluster, revision, files },
        { ...facts, previous, ...(more.sharing && { sharing: more.sharing }) },
      );
    };
    const keep = ({ objects, commit, bundle }: BuiltBundle): void => {
      for (const object of [...objects, commit]) store.set(object.oid, object);
      bundles.set(bundle.cluster, bundle);
    };
    return { reader, bundles, build, keep };
  };

  it('are those of each bundle alone, and all that they name is there once all are written', () => {
    const clusters = fc.array(
      fc.record({
        cluster: fc.constantFrom('a', 'b', 'c', 'd'),
        number: fc.constantFrom(1, 2),
        apps: fc.array(fc.nat(all.length - 1), { maxLength: 4 }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.array(clusters, { minLength: 1, maxLength: 3 }), (commits) => {
        const { reader, bundles, build, keep } = open();
        for (const commit of commits) {
          const sharing = newSharing();
          const each = [...new Map(commit.map((one) => [one.cluster, one])).values()];
          const built = each.map(({ cluster, number, apps }) => ({
            alone: build(cluster, number, apps),
            together: build(cluster, number, apps, { sharing }),
          }));
          for (const { alone, together } of built) expect(together.bundle).toEqual(alone.bundle);
          built.forEach(({ together }) => keep(together));
          for (const { tree } of bundles.values()) {
            for (const oid of treeFiles(reader, tree).values()) expect(reader.has(oid)).toBe(true);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('are made once for all that have the same applications', () => {
    const { build } = open();
    const sharing = newSharing();
    const [first, second, other] = [
      build('a', 2, [0, 2], { sharing }),
      build('b', 2, [0, 2], { sharing }),
      build('c', 2, [0, 3], { sharing }),
    ];
    const types = ({ objects }: BuiltBundle) => objects.map(({ type }) => type).sort();
    // The root, revision.json and revision.sig.
    expect(types(second)).toEqual(['blob', 'blob', 'tree']);
    expect(second.bundle.revision.apps[0]).toBe(first.bundle.revision.apps[0]);
    // One document and one object more, and not those that are known.
    expect(types(other).filter((type) => type === 'blob')).toHaveLength(4);
  });

  it('are made for each where something else serves meanwhile', () => {
    const { build, keep, bundles } = open();
    keep(build('a', 2, [0]));
    keep(build('b', 2, [0]));
    const [from] = bundles.get('a')!.revision.apps;
    const sharing = newSharing();
    keep(build('c', 2, [1], { sharing }));
    const built = ['a', 'b'].map((cluster) => build(cluster, 2, [1], { sharing, from: from! }));
    expect(built.map(({ bundle }) => bundle.tree)).toEqual(
      ['a', 'b'].map((cluster) => build(cluster, 2, [1], { from: from! }).bundle.tree),
    );
    built.forEach(keep);
  });
});
