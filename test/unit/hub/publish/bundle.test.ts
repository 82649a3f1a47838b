import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PublishedBundle } from '../../../../hub/model/published-bundle.ts';
import { treeFiles } from '../../../../hub/model/tree-files.ts';
import { buildBundle, type BuiltBundle } from '../../../../hub/publish/bundle.ts';
import type { GitObject, Oid } from '../../../../shared/lib/git/object.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';
import type { ObjectReader } from '../../../../hub/model/objects.ts';
import { encode } from '../../../../shared/wire/codec.ts';
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
  const next = (contents: readonly (Content | null)[]) => {
    const files = new Map<string, Uint8Array>();
    const apps = contents.flatMap((content, index) => {
      const [namespace, name] = names[index] ?? ['', ''];
      if (content === null) return [];
      const objects = Object.entries(content).map(([key, value]) => configMap(`${namespace}.${name}`, key, value));
      const app = appOf(objects, { namespace, name });
      objects.forEach((object, at) => files.set(app.objects[at]?.path ?? '', encode(object)));
      return [app];
    });
    return { cluster: 'local', revision: revisionOf(apps, files), files };
  };
  const facts = {
    ledger: 7,
    issuedAt: '2026-06-01T12:00:00.000Z',
    freshUntil: '2026-06-04T12:00:00.000Z',
    at: null,
  };

  it('is the same tree, whether the one before it is gone on from or all is written anew', () => {
    const content = fc.option(fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.constantFrom('1', '2')), { nil: null });
    const contents = fc.tuple(content, content, content, content);
    fc.assert(
      fc.property(fc.array(contents, { minLength: 2, maxLength: 5 }), (steps) => {
        let previous: PublishedBundle | null = null;
        for (const step of steps) {
          const wanted = next(step);
          const anew = buildBundle(reader, keys.hub, wanted, { ...facts, previous: null });
          const before: ReadonlyMap<string, Oid> = previous === null ? new Map() : treeFiles(reader, previous.tree);
          const fresh = treeFiles({ ...reader, read: find(anew) }, anew.bundle.tree);
          const changed = new Map([...wanted.files].filter(([path]) => before.get(path) !== fresh.get(path)));
          const built = buildBundle(reader, keys.hub, { ...wanted, files: changed }, { ...facts, previous });
          expect(built.bundle.tree).toBe(anew.bundle.tree);
          previous = keep(built);
          expect(treeFiles(reader, previous.tree)).toEqual(fresh);
        }
      }),
    );
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
