import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PublishedBundle } from '../../../../hub/model/published-bundle.ts';
import { treeFiles } from '../../../../hub/model/tree-files.ts';
import { inFormat } from '../../../../hub/plan/format.ts';
import { buildBundle, type BuiltBundle } from '../../../../hub/publish/bundle.ts';
import type { GitObject, Oid } from '../../../../shared/lib/git/object.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';
import type { ObjectReader } from '../../../../hub/model/objects.ts';
import { by } from '../../../../shared/lib/order.ts';
import { appKey, contentOf } from '../../../../shared/wire/bundle.ts';
import { encode } from '../../../../shared/wire/codec.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { appOf, keys, revisionOf } from '../../../fixtures/agent/bundle.ts';

type Content = Readonly<Record<string, string>>;

// Two applications of the last pair are in one folder of the bundle: `a.b.c`.
const names = [
  ['shop', 'web'],
  ['shop', 'api'],
  ['a', 'b.c'],
  ['a.b', 'c'],
] as const;

const configMap = (app: string, name: string, value: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `${app}-${name}`.replaceAll('.', '-'), namespace: 'shop' },
  data: { value },
});

describe('a built bundle', () => {
  const store = new Map<Oid, GitObject>();
  const reader: ObjectReader = {
    has: (oid) => store.has(oid),
    read: (oid) => store.get(oid) ?? null,
    packed: () => null,
  };
  const keep = ({ objects, commit, bundle }: BuiltBundle): PublishedBundle => {
    for (const object of [...objects, commit]) store.set(object.oid, object);
    return bundle;
  };
  const next = (contents: readonly (Content | null)[], number = 1) => {
    const format = formats.revision.at(number);
    const files = new Map<string, Uint8Array>();
    const apps = contents.flatMap((content, index) => {
      const [namespace, name] = names[index] ?? ['', ''];
      if (content === null) return [];
      const objects = Object.entries(content).map(([key, value]) => configMap(`${namespace}.${name}`, key, value));
      const app = appOf(objects, { namespace, name, revisions: [], replicas: [], traffic: [] });
      objects.forEach((object, at) => files.set(app.objects[at]?.path ?? '', encode(object)));
      return [inFormat(app, format, (path) => files.get(path)!.length)];
    });
    apps.sort(by(appKey));
    const revision = revisionOf(apps, files);
    return {
      cluster: 'local',
      revision: { ...revision, format: number, bundle: format.count(apps, revision.bundle.bytes) },
      files,
    };
  };
  const facts = {
    ledger: 7,
    issuedAt: '2026-06-01T12:00:00.000Z',
    freshUntil: '2026-06-04T12:00:00.000Z',
    at: null,
  };

  it('is the same tree, whether the one before it is gone on from or all is written anew, in whatever format', () => {
    const content = fc.option(fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.constantFrom('1', '2')), { nil: null });
    const contents = fc.tuple(content, content, content, content);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(1, 2), contents), { minLength: 2, maxLength: 5 }), (steps) => {
        let previous: PublishedBundle | null = null;
        for (const [number, step] of steps) {
          const wanted = next(step, number);
          const anew = buildBundle(reader, keys.hub, wanted, { ...facts, previous: null });
          const before: ReadonlyMap<string, Oid> = previous === null ? new Map() : treeFiles(reader, previous.tree);
          const fresh = treeFiles({ ...reader, read: find(anew) }, anew.bundle.tree);
          const changed = new Map([...wanted.files].filter(([path]) => before.get(path) !== fresh.get(path)));
          const built = buildBundle(reader, keys.hub, { ...wanted, files: changed }, { ...facts, previous });
          expect(built.bundle.tree).toBe(anew.bundle.tree);
          previous = keep(built);
          expect(previous.revision).toEqual({
            ...wanted.revision,
            ledger: 7,
            issuedAt: facts.issuedAt,
            freshUntil: facts.freshUntil,
          });
          expect(treeFiles(reader, previous.tree)).toEqual(fresh);
        }
      }),
    );
  });

  it('has every object where it was, and a document for each application, after a change of the format alone', () => {
    const content = [{ x: '1' }, { y: '2' }];
    const first = keep(buildBundle(reader, keys.hub, next(content), { ...facts, previous: null }));
    const wanted = { ...next(content, 2), files: new Map() };
    const built = buildBundle(reader, keys.hub, wanted, { ...facts, previous: first });
    const added = built.objects.filter(({ oid }) => !store.has(oid));
    const second = keep(built);
    const objectsOf = ({ tree }: PublishedBundle) =>
      [...treeFiles(reader, tree)].filter(([path]) => path.startsWith('objects/'));
    expect(objectsOf(second)).toEqual(objectsOf(first));
    const documents = [...treeFiles(reader, second.tree).keys()].filter((path) => path.startsWith('apps/'));
    expect(documents).toEqual(['apps/shop/api.json', 'apps/shop/web.json']);
    // At most: the root, two folders of documents, two documents, revision.json and revision.sig.
    expect(added.length).toBeLessThanOrEqual(7);
  });

  it('carries what serves until the new content does, from what was published', () => {
    const first = keep(buildBundle(reader, keys.hub, next([{ x: '1' }], 2), { ...facts, previous: null }));
    const from = contentOf(first.revision.apps[0]!);
    const wanted = next([{ x: '2' }], 2);
    const apps = wanted.revision.apps.map((app) => ({ ...app, from }));
    const revision = { ...wanted.revision, apps, bundle: formats.revision.at(2).count(apps, 0) };
    const second = keep(buildBundle(reader, keys.hub, { ...wanted, revision }, { ...facts, previous: first }));
    const [before, after] = [treeFiles(reader, first.tree), treeFiles(reader, second.tree)];
    const { path } = from.objects[0]!;
    expect(after.get(`from/${path}`)).toBe(before.get(path));
    expect(after.get('from/apps/shop/web.json')).toBe(before.get('apps/shop/web.json'));
    expect(second.revision.apps[0]?.from).toEqual(from);
    // And goes on serving when the content changes once more.
    const third = next([{ x: '3' }], 2);
    const again = third.revision.apps.map((app) => ({ ...app, from }));
    const last = keep(
      buildBundle(
        reader,
        keys.hub,
        { ...third, revision: { ...third.revision, apps: again, bundle: formats.revision.at(2).count(again, 0) } },
        { ...facts, previous: second },
      ),
    );
    expect(treeFiles(reader, last.tree).get(`from/${path}`)).toBe(before.get(path));
  });

  it('writes nothing of an application that stays as it is', () => {
    const first = keep(buildBundle(reader, keys.hub, next([{ x: '1' }, { y: '1' }]), { ...facts, previous: null }));
    const wanted = next([{ x: '1' }, { y: '2' }]);
    const built = buildBundle(reader, keys.hub, wanted, { ...facts, previous: first });
    // Three folders of the changed application, `objects`, the root, and the files revision.json, revision.sig and y.
    expect(built.objects).toHaveLength(8);
  });

  const find = ({ objects, commit }: BuiltBundle) => {
    const made = new Map([...objects, commit].map((object) => [object.oid, object]));
    return (oid: Oid) => made.get(oid) ?? null;
  };
});
