import { z } from 'zod';
import type { VerifiedBundle } from '../model/bundle.ts';
import type { Contents } from '../model/contents.ts';
import { keptLimits, type Kept } from '../model/kept.ts';
import type { ServedObject } from '../model/served.ts';
import { digestOf, type Digest } from '../../shared/lib/canonical.ts';
import { bundleLimits } from '../../shared/model/limits.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { bundleFiles } from '../../shared/wire/bundle.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { SignedBytes } from '../../shared/wire/envelope.ts';
import { pack, unpack, type PackedFile } from './pack.ts';

const file = z.object({ payload: z.string(), signatures: z.string() });
const headDocument = z.object({
  roots: z.array(file),
  revision: file,
  freshness: file.nullable(),
  served: z.array(z.object({ app: z.custom<BundleApp>(), objects: z.array(z.tuple([z.string(), z.string()])) })),
});
/** How it was kept at first: one JSON document, all files in it as texts. */
const oldDocument = z.looseObject({ format: z.literal(1), texts: z.record(z.string(), z.string()) });
type Head = z.infer<typeof headDocument>;

/** More than a bundle of the largest size, its envelope and what it replaces come to. */
const mostUnpacked = 3 * bundleLimits[2].bytes;

/** A file that is to be kept: how long it is, and how to read it; null where that is not possible any more. */
export interface FileToKeep {
  readonly length: number;
  readonly read: () => Uint8Array | null;
}

/** Files by digest: what is not written is not read. */
export type Files = ReadonlyMap<Digest, FileToKeep>;

/** What is to be kept of a bundle that starts, and of what else serves, whose files are among the contents. */
export interface ToKeep {
  readonly bundle: VerifiedBundle;
  readonly served: ReadonlyMap<ObjectId, ServedObject>;
  readonly contents: Pick<Contents, 'read' | 'sizeOf'>;
}

/** Every file that a repair of what runs may need. */
export function filesToKeep({ bundle, served, contents }: ToKeep): Files {
  const read = (digest: Digest) => contents.read(digest) ?? bundle.objectBytes(digest);
  const digests = [...bundleFiles(bundle.whole ?? bundle.revision), ...served.values()].map(({ digest }) => digest);
  return new Map(
    [...new Set(digests)].flatMap((digest): [Digest, FileToKeep][] => {
      const length = contents.sizeOf(digest) ?? bundle.objectBytes(digest)?.byteLength;
      return length === undefined ? [] : [[digest, { length, read: () => read(digest) }]];
    }),
  );
}

/** The bytes of the head: the signed files, what else serves, and these files. */
export async function packHead({ bundle, served }: Omit<ToKeep, 'contents'>, own: Files): Promise<Uint8Array> {
  const apps = Map.groupBy(served, ([, { app }]) => app);
  const { roots, freshness } = bundle.files;
  const head: Head = {
    roots: roots.map(textsOf),
    revision: bundle.envelope,
    freshness: freshness === null ? null : textsOf(freshness),
    served: [...apps].map(([app, list]) => ({
      app: sliceOf(app, new Set(list.map(([id]) => id))),
      objects: list.map(([id, { digest }]) => [id, digest]),
    })),
  };
  return pack(JSON.stringify(head), packed(own), { level: 1, most: keptLimits.head * keptLimits.partBytes });
}

/** The bytes of a base. */
export async function packBase(all: Files): Promise<Uint8Array> {
  return pack('', packed(all), { level: 4, most: keptLimits.base * keptLimits.partBytes });
}

/** What such bytes have; throws for what is packed otherwise. Files count only with the digest that they are named by. */
export async function unpackKept(head: Uint8Array, base: Uint8Array | null): Promise<Kept> {
  const own = await opened(head);
  const common = base === null ? null : await opened(base);
  const { roots, revision, freshness, served } = headDocument.parse(own.first);
  const fileOf = (digest: string): Uint8Array | null => own.files.get(digest) ?? common?.files.get(digest) ?? null;
  const contents = served.flatMap(({ app, objects }) =>
    objects.flatMap(([id, digest]): [ObjectId, ServedObject, Uint8Array][] => {
      const bytes = fileOf(digest);
      return bytes === null || digestOf(bytes) !== digest ? [] : [[id, { app, digest }, bytes]];
    }),
  );
  return {
    snapshot: {
      roots: roots.map(bytesOf),
      revision: bytesOf(revision),
      freshness: freshness === null ? null : bytesOf(freshness),
      object: (_path, digest) => Promise.resolve(fileOf(digest)),
    },
    served: new Map(contents.map(([id, one]) => [id, one])),
    files: new Map(contents.map(([, { digest }, bytes]) => [digest, bytes])),
  };
}

function packed(files: Files): PackedFile[] {
  return [...files].map(([digest, { read }]) => [digest, read]);
}

async function opened(
  bytes: Uint8Array,
): Promise<{ readonly first: unknown; readonly files: ReadonlyMap<string, Uint8Array> }> {
  const found = await unpack(bytes, mostUnpacked);
  if (typeof found !== 'string') return { ...found, first: found.first === '' ? null : JSON.parse(found.first) };
  const first = oldDocument.parse(JSON.parse(found));
  return {
    first,
    files: new Map(Object.entries(first.texts).map(([name, text]) => [name, Buffer.from(text, 'utf8')])),
  };
}

/** What an application says of some of its objects: the rest is not needed to repair them. */
function sliceOf(app: BundleApp, ids: ReadonlySet<ObjectId>): BundleApp {
  const own = <T extends { readonly id: ObjectId }>(list: readonly T[]) => list.filter(({ id }) => ids.has(id));
  const revisions = app.revisions.map((one) => ({ ...one, objects: one.objects.filter((id) => ids.has(id)) }));
  return {
    ...app,
    objects: own(app.objects),
    replicas: own(app.replicas),
    traffic: own(app.traffic),
    revisions: revisions.filter(({ objects }) => objects.length > 0),
  };
}

function textsOf({ payload, signatures }: SignedBytes): Head['revision'] {
  return { payload: Buffer.from(payload).toString('utf8'), signatures: Buffer.from(signatures).toString('utf8') };
}

function bytesOf({ payload, signatures }: Head['revision']): SignedBytes {
  return { payload: Buffer.from(payload, 'utf8'), signatures: Buffer.from(signatures, 'utf8') };
}
