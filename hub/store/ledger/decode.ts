import { z } from 'zod';
import { SluiceError } from '../../../shared/errors.ts';
import { digestOf } from '../../../shared/lib/canonical.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import { parseTree } from '../../../shared/lib/git/tree.ts';
import { by } from '../../../shared/lib/order.ts';
import type { ObjectReader } from '../../model/objects.ts';
import { decode } from '../../../shared/wire/codec.ts';
import { revisionPath, revisionSignaturePath } from '../../../shared/wire/layout.ts';
import { approval, revision } from '../../../shared/wire/revision.ts';
import { counter, uuid } from '../../../shared/wire/schema.ts';
import type { RevisionRecord } from '../../model/fleet.ts';
import type { ClusterRecord, GuardedChange, LedgerState, PublishedBundle, SeenDocument } from '../../model/ledger.ts';
import type { Problem } from '../../model/source.ts';

/** A JSON file or a bundle's tree, found while walking the ledger's tree. */
interface Found {
  readonly path: string;
  readonly oid: Oid;
}

/** Called for every decoded value with the blob that it came from: what need not be encoded again. */
export type OnDecoded = (value: object, oid: Oid) => void;

const ledgerFile = z.strictObject({ format: z.literal(1), channel: uuid, epoch: counter });
const sourceFile = z.strictObject({ repository: z.string(), commit: z.string() });
const newestFile = z.strictObject({ app: z.string(), name: z.string() });
const picksFile = z.array(z.tuple([z.string(), z.array(z.string())]));
const bundleFile = z.strictObject({ cluster: z.string(), commit: z.string(), parent: z.string().nullable() });
const numbered = z.looseObject({ app: z.string(), number: counter });
const named = z.looseObject({ name: z.string(), registration: z.string() });
const seen = z.looseObject({ kind: z.string(), key: z.string() });
const list = z.array(z.looseObject({}));

/** Reads a state from a ledger's tree, whose signature was verified before; throws LEDGER_INVALID. */
export function decodeState(objects: ObjectReader, tree: Oid, number: number, onDecoded: OnDecoded): LedgerState {
  try {
    return read(objects, tree, number, onDecoded);
  } catch (cause) {
    throw new SluiceError('LEDGER_INVALID', 'the ledger cannot be read', { subject: `number ${number}` }, cause);
  }
}

function read(objects: ObjectReader, tree: Oid, number: number, onDecoded: OnDecoded): LedgerState {
  const files = walk(objects, tree, '');
  const under = (folder: string, name = /\.json$/) =>
    files.filter(({ path }) => path.startsWith(folder) && name.test(path));
  const json = <T>(schema: z.ZodType<T>, { path, oid }: Found): T => {
    const value = decode(schema, blobOf(objects, oid), path);
    if (typeof value === 'object' && value !== null) onDecoded(value, oid);
    return value;
  };
  const all = <T>(schema: z.ZodType<T>, found: readonly Found[]): T[] => found.map((file) => json(schema, file));
  const records = all(numbered, under('revisions/', /\/\d+\.json$/)) as unknown as RevisionRecord[];
  const { format, channel, epoch } = json(ledgerFile, need(under('ledger.json')));
  const sources = all(sourceFile, under('source.json'));
  return {
    format,
    channel,
    epoch,
    number,
    source: sources[0] ?? null,
    revisions: {
      revisions: grouped(records.sort((a, b) => a.number - b.number).sort(by((record) => record.app))),
      newest: new Map(all(newestFile, under('revisions/', /\/newest\.json$/)).map(({ app, name }) => [app, name])),
    },
    documents: all(seen, under('documents/')) as unknown as SeenDocument[],
    clusters: new Map(
      (all(named, under('clusters/')) as unknown as ClusterRecord[])
        .sort(by(({ name }) => name))
        .map((record) => [record.name, record]),
    ),
    picks: new Map(all(picksFile, under('picks/')).flat()),
    bundles: new Map(
      under('bundles/', /\/state\.json$/)
        .map((file) => readBundle(objects, json(bundleFile, file), siblingTree(files, file)))
        .sort(by(({ cluster }) => cluster))
        .map((bundle) => [bundle.cluster, bundle]),
    ),
    guarded: (all(list, under('guarded.json'))[0] ?? []) as unknown as GuardedChange[],
    approvals: all(z.array(approval), under('approvals.json'))[0] ?? [],
    problems: (all(list, under('problems.json'))[0] ?? []) as unknown as Problem[],
  };
}

function readBundle(objects: ObjectReader, head: z.infer<typeof bundleFile>, tree: Oid): PublishedBundle {
  const entries = new Map(treeOf(objects, tree).map(({ name, oid }) => [name, oid]));
  const payload = blobOf(objects, entries.get(revisionPath) ?? '');
  const signatures = blobOf(objects, entries.get(revisionSignaturePath) ?? '');
  return {
    ...head,
    revision: decode(revision, payload, head.cluster),
    revisionDigest: digestOf(payload),
    payload,
    signatures,
    tree,
  };
}

// Every file of a tree; a bundle's own tree is one entry and is not walked.
function walk(objects: ObjectReader, tree: Oid, prefix: string): Found[] {
  return treeOf(objects, tree).flatMap(({ name, kind, oid }): Found[] => {
    const path = `${prefix}${name}`;
    const isBundle = prefix.startsWith('bundles/') && name === 'bundle';
    return kind === 'file' || isBundle ? [{ path, oid }] : walk(objects, oid, `${path}/`);
  });
}

function siblingTree(files: readonly Found[], { path }: Found): Oid {
  return need(files.filter((file) => file.path === path.replace(/state\.json$/, 'bundle'))).oid;
}

function grouped(records: readonly RevisionRecord[]): Map<string, RevisionRecord[]> {
  const groups = new Map<string, RevisionRecord[]>();
  for (const record of records) groups.set(record.app, [...(groups.get(record.app) ?? []), record]);
  return groups;
}

function treeOf(objects: ObjectReader, oid: Oid) {
  return parseTree(bodyOf(objects, oid, 'tree'));
}

function blobOf(objects: ObjectReader, oid: Oid): Uint8Array {
  return bodyOf(objects, oid, 'blob');
}

function bodyOf(objects: ObjectReader, oid: Oid, type: 'tree' | 'blob'): Uint8Array {
  const object = objects.read(oid);
  if (object?.type !== type) throw new SluiceError('PACK_INVALID', `a ${type} is missing`, { subject: oid });
  return object.body;
}

function need<T>(values: readonly T[]): T {
  const [value] = values;
  if (value === undefined) throw new SluiceError('WIRE_INVALID', 'a file of the ledger is missing');
  return value;
}
