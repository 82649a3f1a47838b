import { describe, expect, it } from 'vitest';
import { contentOf } from '../../../../../../shared/wire/bundle.ts';
import { canonicalPretty, digestOf, type Digest } from '../../../../../../shared/lib/canonical.ts';
import { formats } from '../../../../../../shared/wire/formats.ts';
import { documentPath, fromPath } from '../../../../../../shared/wire/layout.ts';
import type { AppContent, BundleApp, Revision } from '../../../../../../shared/wire/revision.ts';
import { deployment, documentedBundle, route, service } from '../../../../../fixtures/agent/bundle.ts';

const format = formats.revision.at(2);
const { revision, files } = documentedBundle({ web: [deployment, service, route], zoo: [] });
const [web, zoo] = revision.apps as [BundleApp, BundleApp];
const bytesOf = (one: Revision) => formats.revision.encode(one);
const counted = (apps: readonly BundleApp[]): Revision => ({ ...revision, apps, bundle: format.count(apps, 0) });
const refused = (code: string, message?: string) =>
  expect.objectContaining({ code, ...(message !== undefined && { message }) }) as Error;

/** Reads a revision with the documents that these applications have. */
const read = (bytes: Uint8Array, found: ReadonlyMap<string, Uint8Array> = files, known = {}) =>
  formats.revision.open(bytes, 'revision.json', known).complete(({ path }) => found.get(path) ?? null);

describe('revision.json of format 2', () => {
  it('says by itself what the documents will count for', () => {
    const { documents, unknown, head } = formats.revision.open(bytesOf(revision));
    expect(documents.map(({ path, digest, objects }) => [path, digest, objects.count])).toEqual([
      ['apps/shop/web.json', web.digest, 3],
      ['apps/shop/zoo.json', zoo.digest, 0],
    ]);
    expect(unknown).toEqual(documents);
    expect(head.bundle).toEqual(revision.bundle);
    expect(head.bundle.objects).toBe(3);
  });

  it('needs no document that a revision before it has, and shares what is the same', () => {
    const next = { ...counted([{ ...web, notes: ['new'] }, zoo]), generation: 8 };
    const opened = formats.revision.open(bytesOf(next), 'revision.json', { previous: revision });
    expect(opened.unknown).toEqual([]);
    const whole = opened.complete(() => null);
    expect(whole).toEqual(next);
    expect(whole.apps[0]?.objects).toBe(web.objects);
    expect(whole.apps[1]).toBe(zoo);
  });

  it('needs no document that was read for another cluster, and keeps one copy of it', () => {
    const contents = new Map<Digest, AppContent>();
    const first = read(bytesOf(revision), files, { contents });
    const second = read(bytesOf({ ...revision, cluster: 'other' }), new Map(), { contents });
    expect(second.apps[0]?.objects).toBe(first.apps[0]?.objects);
  });

  it('knows what served, and what serves from now on, from the revision before', () => {
    const changed = format.seal({ ...web, objects: web.objects.slice(0, 2), traffic: [] });
    const from = contentOf(web);
    const next = counted([{ ...changed, from }, zoo]);
    const paths = (value: Revision, previous: Revision) =>
      formats.revision.open(bytesOf(value), 'revision.json', { previous }).unknown.map(({ path }) => path);
    expect(paths(next, revision)).toEqual(['apps/shop/web.json']);
    expect(paths(revision, next)).toEqual([]);
  });

  it.each<[string, Uint8Array, string, string?]>([
    ['applications that are not in order', bytesOf(counted([zoo, web])), 'WIRE_INVALID'],
    ['an application that comes twice', bytesOf(counted([web, web])), 'WIRE_INVALID'],
    [
      'totals that are not those of its applications',
      bytesOf({ ...revision, bundle: { objects: 4, bytes: revision.bundle.bytes } }),
      'DIGEST_MISMATCH',
    ],
    [
      'an action that is not in the list',
      Buffer.from(
        bytesOf(counted([{ ...web, delivery: { number: 1, attempt: 1, action: 'run', steps: [] } }, zoo]))
          .toString()
          .replace('"run"', '"skip"'),
      ),
      'WIRE_INVALID',
    ],
  ])('is refused with %s', (_, bytes, code) => {
    expect(() => formats.revision.open(bytes)).toThrow(refused(code));
  });

  it.each<[string, (document: Record<string, unknown>) => object, string]>([
    ['another application', (document) => ({ ...document, name: 'other' }), 'WIRE_INVALID'],
    ['another namespace', (document) => ({ ...document, namespace: 'other' }), 'WIRE_INVALID'],
    ['a target that the envelope does not say', (document) => ({ ...document, target: 'eu' }), 'WIRE_INVALID'],
    ['a member of the future', (document) => ({ ...document, later: 1 }), 'WIRE_INVALID'],
    ['another format', (document) => ({ ...document, format: 3 }), 'WIRE_INVALID'],
    ['fewer objects than counted', (document) => ({ ...document, objects: [] }), 'DIGEST_MISMATCH'],
    ['a copy that comes twice', (document) => ({ ...document, copies: ['web-v1', 'web-v1'] }), 'WIRE_INVALID'],
    ['an object of no listed copy', (document) => ({ ...document, copies: [] }), 'WIRE_INVALID'],
  ])('is refused with a document that has %s', (_, change, code) => {
    const document = JSON.parse(Buffer.from(files.get(documentPath(web))!).toString()) as Record<string, unknown>;
    const bytes = Buffer.from(JSON.stringify(change(document)));
    const envelope = JSON.parse(bytesOf(revision).toString()) as { apps: object[]; total: { bytes: number } };
    const apps = envelope.apps.map((one, at) =>
      at === 0 ? { ...one, digest: digestOf(bytes), bytes: bytes.length } : one,
    );
    const total = { ...envelope.total, bytes: envelope.total.bytes - web.bytes! + bytes.length };
    const found = new Map([...files, [documentPath(web), bytes]]);
    expect(() => read(Buffer.from(JSON.stringify({ ...envelope, apps, total })), found)).toThrow(refused(code));
  });

  it('is the same, whatever format an application was in before', () => {
    const plain = formats.revision.at(1).seal(web);
    const sizes = new Map(web.objects.map(({ path, bytes }) => [path, bytes]));
    const objects = plain.objects.map((one) => ({ ...one, bytes: sizes.get(one.path) }));
    expect(plain.digest).not.toBe(web.digest);
    expect(format.seal({ ...plain, objects })).toEqual(web);
  });

  it('is as its reader has it, without being read', () => {
    const from = contentOf(format.seal({ ...web, objects: web.objects.slice(0, 2), traffic: [] }));
    const steps = { number: 1, attempt: 1, action: 'run', steps: [], keepOld: undefined } as const;
    const documents = new Map([...files, [fromPath(documentPath(web)), format.document(from)!]]);
    const changed = [
      revision,
      { ...counted([{ ...web, from, delivery: steps }, zoo]), labels: { b: '2', a: '1' }, predecessors: undefined },
      counted([]),
      counted([{ ...web, selector: { z: '1', a: '2' }, notes: ['n'], source: 'other' }, zoo]),
    ];
    for (const one of changed) {
      const bytes = bytesOf(one);
      const reread = format.reread(one, bytes, null);
      expect(reread).toStrictEqual(read(bytes, documents));
      expect(bytesOf(reread)).toEqual(bytes);
      expect(bytes.toString()).toBe(canonicalPretty(JSON.parse(bytes.toString())));
    }
  });

  it('has one value for an application of many revisions, and that of the one before where nothing changed', () => {
    const [one, two] = ['a', 'b'].map((cluster) => format.reread({ ...revision, cluster }, bytesOf(revision), null));
    expect(one?.apps[0]).toBe(two?.apps[0]);
    const before = read(bytesOf(revision));
    expect(format.reread(revision, bytesOf(revision), before).apps[0]).toBe(before.apps[0]);
    const known = { contents: new Map<Digest, AppContent>(), apps: new Map<string, BundleApp>() };
    const [first, second] = ['a', 'b'].map((cluster) => read(bytesOf({ ...revision, cluster }), files, known));
    expect(first?.apps[0]).toBe(second?.apps[0]);
    expect(first?.apps[0]).not.toBe(before.apps[0]);
    const moved = counted([{ ...web, source: 'other' }, zoo]);
    expect(read(bytesOf(moved), files, known)).toEqual(moved);
  });

  it.each<[string, Revision, string]>([
    ['applications that are not in order', counted([zoo, web]), 'WIRE_INVALID'],
    ['other totals', { ...revision, bundle: { objects: 4, bytes: revision.bundle.bytes } }, 'DIGEST_MISMATCH'],
    ['a name that is not one', { ...revision, cluster: 'No Name' }, 'WIRE_INVALID'],
    ['an application that its document does not say', counted([{ ...web, objects: [] }, zoo]), 'DIGEST_MISMATCH'],
    ['a deadline that is not one', counted([{ ...web, health: { progressDeadlineSeconds: 0 } }, zoo]), 'WIRE_INVALID'],
  ])('is not published with %s', (_, one, code) => {
    expect(() => format.reread(one, bytesOf(one), null)).toThrow(refused(code));
  });

  it('cannot name an application whose objects have no sizes', () => {
    expect(() => format.seal(formats.revision.at(1).seal(web))).toThrow(refused('INTERNAL'));
  });
});
