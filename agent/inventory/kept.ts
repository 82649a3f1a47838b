import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import type { VerifiedBundle } from '../model/bundle.ts';
import type { Kept } from '../model/kept.ts';
import type { ServedObject } from '../model/served.ts';
import { digestOf } from '../../shared/lib/canonical.ts';
import { bundleLimits } from '../../shared/model/limits.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { bundleFiles } from '../../shared/wire/bundle.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { SignedBytes } from '../../shared/wire/envelope.ts';

const zip = promisify(gzip);
const unzip = promisify(gunzip);

const file = z.object({ payload: z.string(), signatures: z.string() });
const document = z.object({
  format: z.literal(1),
  roots: z.array(file),
  revision: file,
  freshness: file.nullable(),
  served: z.array(z.object({ app: z.custom<BundleApp>(), objects: z.array(z.tuple([z.string(), z.string()])) })),
  texts: z.record(z.string(), z.string()),
});
type Document = z.infer<typeof document>;

/** More than a bundle of the largest size, its envelope and what it replaces come to. */
const maxOutputLength = 3 * bundleLimits[2].bytes;

/** The bytes to keep of a bundle that starts and of what else serves; null where nothing runs that could be repaired. */
export async function packKept(
  bundle: VerifiedBundle,
  served: ReadonlyMap<ObjectId, ServedObject>,
): Promise<Uint8Array | null> {
  const files = bundleFiles(bundle.revision);
  const isEmpty = bundle.revision.apps.every(({ objects, from }) => objects.length === 0 && from === undefined);
  if (isEmpty && served.size === 0) return null;
  const own = files.flatMap(({ digest }) => {
    const text = bundle.objectText(digest);
    return text === null ? [] : [[digest, text] as const];
  });
  const others = [...served.values()].map(({ digest, text }) => [digest, text] as const);
  const apps = Map.groupBy(served, ([, { app }]) => app);
  const content: Document = {
    format: 1,
    roots: bundle.files.roots.map(textsOf),
    revision: bundle.envelope,
    freshness: bundle.files.freshness === null ? null : textsOf(bundle.files.freshness),
    served: [...apps].map(([app, list]) => ({ app, objects: list.map(([id, { digest }]) => [id, digest]) })),
    texts: Object.fromEntries([...own, ...others]),
  };
  return zip(JSON.stringify(content), { level: 6 });
}

/** What such bytes have; throws for what `packKept` does not make. Texts count only with the digest that they are named by. */
export async function unpackKept(bytes: Uint8Array): Promise<Kept> {
  const plain = await unzip(bytes, { maxOutputLength });
  const { roots, revision, freshness, served, texts } = document.parse(JSON.parse(plain.toString('utf8')));
  return {
    snapshot: {
      roots: roots.map(bytesOf),
      revision: bytesOf(revision),
      freshness: freshness === null ? null : bytesOf(freshness),
      object: (_path, digest) => {
        const text = texts[digest];
        return Promise.resolve(text === undefined ? null : Buffer.from(text, 'utf8'));
      },
    },
    served: new Map(
      served.flatMap(({ app, objects }) =>
        objects.flatMap(([id, digest]): [ObjectId, ServedObject][] => {
          const text = texts[digest];
          if (text === undefined || digestOf(text) !== digest) return [];
          return [[id, { app, digest: digest, text }]];
        }),
      ),
    ),
  };
}

function textsOf({ payload, signatures }: SignedBytes): Document['revision'] {
  return { payload: Buffer.from(payload).toString('utf8'), signatures: Buffer.from(signatures).toString('utf8') };
}

function bytesOf({ payload, signatures }: Document['revision']): SignedBytes {
  return { payload: Buffer.from(payload, 'utf8'), signatures: Buffer.from(signatures, 'utf8') };
}
